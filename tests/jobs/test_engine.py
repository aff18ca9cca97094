"""What we rely on in the job engine, and each trap that it holds: a new version must pass these."""

import inspect
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta

import dbos
import pytest
import sqlalchemy as sa

from client_health.jobs import engine as module
from client_health.jobs import requests
from client_health.jobs.engine import Engine, system_engine
from client_health.store import runs
from tests.cast import CONFIG, TESTER, make_service


@pytest.fixture
def engine(service):
    performed: list[str] = []
    engine = Engine(service.store, "worker:test-0", performed.append)
    engine.performed = performed
    engine.start()
    yield engine
    engine.stop()


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def jobs(service, engine, *columns, name="workflow_status"):
    schema = "dbos" if service.store.dialect == "postgresql" else None
    table = sa.Table(name, sa.MetaData(), autoload_with=engine._engine, schema=schema)
    with engine._engine.connect() as connection:
        return list(connection.execute(sa.select(*(table.c[name] for name in columns))))


def test_a_run_handed_over_twice_is_performed_once(engine):
    for _ in range(3):
        engine.hand_over("run-1")
    wait_until(lambda: engine.is_over("run-1"))
    engine.hand_over("run-1")
    engine.hand_over("run-2")
    wait_until(lambda: engine.is_over("run-2"))
    assert engine.performed == ["run-1", "run-2"]


def test_the_private_name_that_take_over_needs_is_there():
    assert list(inspect.signature(dbos.DBOS._recover_pending_workflows).parameters) == ["executor_ids"]


def test_the_application_version_is_a_constant_so_that_a_changed_comment_strands_nothing(service, engine):
    engine.hand_over("run-1")
    assert jobs(service, engine, "application_version") == [(module.SHAPE,)]
    assert dbos.DBOS.application_version == module.SHAPE


def test_stored_arguments_are_json_and_hold_nothing_but_the_run_id(service, engine):
    engine.hand_over("run-1")
    wait_until(lambda: engine.is_over("run-1"))
    (inputs,) = jobs(service, engine, "inputs", name="workflow_input")[0]
    (output,) = jobs(service, engine, "output", name="workflow_output")[0]
    assert json.loads(inputs)["args"] == ["run-1"]
    assert json.loads(output) == "run-1"


def test_nothing_calls_out(service):
    config = module._config(service.store, sa.create_engine("sqlite://"), "x")
    assert config["enable_otlp"] is False
    assert "conductor_key" not in config


def test_the_engines_sqlite_connections_wait_and_use_the_write_ahead_log(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    with system_engine(service.store).connect() as connection:
        pragmas = [connection.scalar(sa.text(f"pragma {name}")) for name in ("journal_mode", "busy_timeout")]
    assert pragmas == ["wal", 30_000]
    service.store.close()


def test_finished_jobs_are_forgotten_by_age_and_runs_are_kept(service, engine):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    engine.hand_over(run.id)
    wait_until(lambda: engine.is_over(run.id))
    assert engine.forget_finished(datetime.now(UTC) - timedelta(days=1)) == 0
    assert engine.forget_finished(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert jobs(service, engine, "workflow_uuid") == []
    assert service.run_of(run.id).id == run.id


def test_asking_for_a_run_needs_no_engine_tables(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    run, is_new = requests.ask(service.store, service.settings, request, service.clock())
    assert is_new
    with service.store.write() as connection:
        assert runs.cancel(connection, run.id, TESTER, service.clock()).status == "cancelled"


NEWER_PROGRAM = """
    import sys
    from dbos import DBOS
    from client_health.jobs import engine

    def register(perform):
        @DBOS.step(name="perform")
        def step(run_id):
            "The same step, written anew."
            result = perform(run_id)
            return run_id

        @DBOS.workflow(name=engine.WORKFLOW)
        def workflow(run_id):
            "The same workflow, written anew."
            outcome = step(run_id)
            return outcome

    engine._register = register
    sys.argv = ["client-health", "worker"]
    from client_health.cli.main import main
    main()
"""


@pytest.mark.slow
def test_a_newer_program_finishes_the_run_of_an_older_one(tmp_path, store_url):
    service = make_service(tmp_path, store_url, CONFIG.replace("pause_ms = 0", "pause_ms = 1500"))
    request = requests.whole_fleet_now(service.settings, TESTER, datetime.now(UTC))
    run, _ = requests.ask(service.store, service.settings, request, datetime.now(UTC))
    quiet = {"cwd": tmp_path, "env": os.environ, "stderr": subprocess.DEVNULL}
    older = subprocess.Popen([sys.executable, "-m", "client_health.cli", "worker"], **quiet)
    wait_until(lambda: service.run_of(run.id).progress > 20)
    older.send_signal(signal.SIGKILL)
    older.wait()
    newer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(NEWER_PROGRAM)], **quiet)
    wait_until(lambda: service.run_of(run.id).status == "completed", 60)
    newer.terminate()
    assert newer.wait(timeout=30) == 0
    assert service.run_of(run.id).attempt == 2
    service.store.close()
