"""Workers as processes: nights by an injected clock, kill −9 in mid-run, take-over, SIGTERM."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from client_health.jobs import requests
from client_health.store import runs
from client_health.store.schema import health_scores, run_problems
from client_health.store.schema import runs as runs_table
from tests.cast import CONFIG, MONDAY, TESTER, Service, make_service

pytestmark = pytest.mark.slow
SLOW_SOURCE = CONFIG.replace("pause_ms = 0", "pause_ms = 1500")


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url, SLOW_SOURCE)
    yield service
    service.store.close()


@pytest.fixture
def workers(service):
    started: list[subprocess.Popen] = []

    def start(**environment: str) -> subprocess.Popen:
        log = (service.folder / f"worker-{len(started)}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "client_health.cli", "worker"],
            cwd=service.folder,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def ask_for_all(service: Service) -> str:
    request = requests.whole_fleet_now(service.settings, TESTER, datetime.now(UTC))
    run, _ = requests.ask(service.store, service.settings, request, datetime.now(UTC))
    return run.id


def is_reading(service: Service, run_id: str, attempt: int) -> bool:
    run = service.run_of(run_id)
    return run.attempt == attempt and run.status == "active" and run.progress > 20


def scores(service: Service) -> list[tuple]:
    with service.store.read() as connection:
        table = health_scores.c
        return list(connection.execute(sa.select(table.tenant, table.overall, table.component_states)))


def test_a_worker_killed_twice_in_mid_run_leads_to_the_same_scores_each_tenant_once(service, workers):
    run_id = ask_for_all(service)
    for attempt in (1, 2):
        worker = workers()
        wait_until(lambda attempt=attempt: is_reading(service, run_id, attempt))
        assert scores(service) == []
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    workers()
    wait_until(lambda: service.run_of(run_id).status == "completed")
    run = service.run_of(run_id)
    assert (run.attempt, run.outcome, run.progress) == (3, "clean", 100)
    assert sorted(scores(service)) == [(tenant, 100, "vv") for tenant in (1, 2, 3, 4)]


def test_a_living_worker_takes_a_dead_ones_run_over(service, workers):
    first = workers(CLIENT_HEALTH_WORKER="first")
    run_id = ask_for_all(service)
    wait_until(lambda: is_reading(service, run_id, 1))
    workers(CLIENT_HEALTH_WORKER="second")
    first.kill()
    first.wait()
    wait_until(lambda: service.run_of(run_id).status == "completed", 60)
    assert service.run_of(run_id).attempt == 2
    assert len(scores(service)) == 4


def test_sigterm_leaves_the_run_to_the_next_worker_and_ends_with_0(service, workers):
    worker = workers()
    run_id = ask_for_all(service)
    wait_until(lambda: is_reading(service, run_id, 1))
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert service.run_of(run_id).status == "active"
    workers()
    wait_until(lambda: service.run_of(run_id).status == "completed")
    assert service.run_of(run_id).attempt == 2


def test_a_cancelled_run_stops_soon_and_publishes_nothing(service, workers):
    workers()
    run_id = ask_for_all(service)
    wait_until(lambda: is_reading(service, run_id, 1))
    with service.store.write() as connection:
        runs.cancel(connection, run_id, TESTER, datetime.now(UTC))
    wait_until(lambda: service.run_of(run_id).status == "cancelled", 10)
    assert scores(service) == []
    again = ask_for_all(service)
    assert again != run_id
    wait_until(lambda: service.run_of(again).status == "completed")


def test_a_frozen_worker_that_wakes_up_cannot_publish(service, workers):
    frozen = workers(CLIENT_HEALTH_WORKER="frozen")
    run_id = ask_for_all(service)
    wait_until(lambda: is_reading(service, run_id, 1))
    frozen.send_signal(signal.SIGSTOP)
    workers(CLIENT_HEALTH_WORKER="living")
    wait_until(lambda: service.run_of(run_id).status == "completed", 90)
    done = service.run_of(run_id)
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(timeout=30) == 1, "it was taken for dead, so it ends"
    assert service.run_of(run_id) == done
    assert (done.attempt, len(scores(service))) == (2, 4)


def test_the_run_of_a_killed_command_is_closed_by_the_worker(service, workers):
    command = subprocess.Popen(
        [sys.executable, "-m", "client_health.cli", "run", "--as-of", "2026-03-02"],
        cwd=service.folder,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )

    def active() -> list:
        with service.store.read() as connection:
            return runs.with_status(connection, ["active"])

    wait_until(lambda: bool(active()))
    (run,) = active()
    command.kill()
    command.wait()
    workers()
    wait_until(lambda: service.run_of(run.id).status == "failed", 30)
    assert "the process that performed it ended" in service.run_of(run.id).failure


def test_two_workers_at_a_time_have_different_seats(service, workers):
    workers(), workers()

    def seats() -> list[str]:
        with service.store.read() as connection:
            return sorted(connection.scalars(sa.text("select name from leases where name like 'worker:%'")))

    wait_until(lambda: len(seats()) == 2)
    assert seats()[0].endswith("-0")
    assert seats()[1].endswith("-1")


NIGHT_BY_NIGHT = """
    import sys, time
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from client_health.jobs.worker import Worker
    from client_health.settings import load_settings
    from client_health.store import runs
    from client_health.store.engine import open_store

    settings = load_settings(Path("client-health.toml"))
    store = open_store(settings)
    clock = [datetime.fromisoformat(sys.argv[1])]
    worker = Worker(store, settings, lambda: clock[0])
    worker.start()
    for text in sys.argv[2:]:
        clock[0] = datetime.fromisoformat(text)
        worker.tick()
        worker.tick()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with store.read() as connection:
                if not runs.with_status(connection, ["queued", "active"]):
                    break
            time.sleep(0.1)
    worker.stop()
"""


def pass_time(service: Service, *instants: str) -> list[tuple]:
    """Let a worker live through the given instants; returns its whole-fleet runs."""
    script = textwrap.dedent(NIGHT_BY_NIGHT)
    subprocess.run([sys.executable, "-c", script, *instants], cwd=service.folder, check=True, timeout=120)
    with service.store.read() as connection:
        query = sa.select(runs_table.c.score_date, runs_table.c.trigger, runs_table.c.status, runs_table.c.id)
        return list(connection.execute(query.order_by(runs_table.c.created_at)))


def test_a_night_passes_and_missed_nights_are_made_up_for_each_once(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    found = pass_time(
        service,
        "2026-03-02T15:00:00+00:00",
        "2026-03-03T01:59:00+00:00",
        "2026-03-03T02:00:00+00:00",
        "2026-03-06T11:00:00+00:00",
        "2026-03-06T11:05:00+00:00",
    )
    assert [tuple(row)[:3] for row in found] == [
        (MONDAY, "night", "completed"),
        (date(2026, 3, 3), "catch_up", "completed"),
        (date(2026, 3, 4), "catch_up", "completed"),
        (date(2026, 3, 5), "night", "completed"),
    ]
    with service.store.read() as connection:
        left_out = set(connection.scalars(sa.select(run_problems.c.run_id)))
        states = list(
            connection.execute(sa.select(health_scores.c.day, health_scores.c.component_states).distinct())
        )
    assert left_out == {found[1].id, found[2].id}, "the runs say that login was left out"
    assert sorted(states) == [
        (MONDAY, "vv"),
        (date(2026, 3, 3), "-v"),
        (date(2026, 3, 4), "-v"),
        (date(2026, 3, 5), "vv"),
    ]
    service.store.close()


def test_the_log_of_a_worker_is_one_json_object_a_line(service, workers):
    worker = workers()
    run_id = ask_for_all(service)
    wait_until(lambda: service.run_of(run_id).status == "completed")
    worker.terminate()
    worker.wait()
    lines = [json.loads(line) for line in Path(service.folder / "worker-0.log").read_text().splitlines()]
    assert {"run begins", "run published"} <= {
        line["event"] for line in lines if line.get("run_id") == run_id
    }
