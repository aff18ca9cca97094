"""A publication by real workers: killed in the middle, finished by another."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from client_health.jobs.attempt import perform, wait_for_turn
from client_health.store import partitions
from client_health.store.schema import health_scores, score_current, score_days, usage_metrics
from tests.cast import CONFIG, MONDAY, Service, make_service
from tests.jobs.publishing import OTHER, ask, dates, in_force, rows
from tests.replay.cast import set_of

pytestmark = pytest.mark.slow
DAYS = 250


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """A service with one night, and with no others to come; the configured scorecard is edited by now."""
    service = make_service(tmp_path, store_url, CONFIG + '[schedule]\ncron = "off"\n')
    service.night(MONDAY)
    (tmp_path / "scorecard.toml").write_text(OTHER, "utf-8")
    yield service
    service.store.close()


def repeat_the_night(service: Service) -> None:
    """Let the one night have happened on many dates before, so that a publication takes a while."""
    with service.store.write() as connection:
        partitions.ensure(connection, MONDAY - timedelta(days=DAYS), MONDAY)
        for table in (usage_metrics, health_scores, score_days):
            found = [dict(row._mapping) for row in connection.execute(sa.select(table))]
            earlier = [
                {**row, "day": MONDAY - timedelta(days=number)} for row in found for number in range(1, DAYS)
            ]
            connection.execute(sa.insert(table), earlier)


@pytest.fixture
def worker(service) -> Iterator[Callable[[], subprocess.Popen]]:
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        log = (service.folder / f"worker-{len(started)}.log").open("w")
        command = [sys.executable, "-m", "client_health.cli", "worker"]
        environment = {**os.environ, "CLIENT_HEALTH_WORKER": f"worker{len(started)}"}
        process = subprocess.Popen(command, cwd=service.folder, env=environment, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def command(service: Service, *arguments: str) -> subprocess.Popen[str]:
    """Start a command and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "client_health.cli", *arguments],
        cwd=service.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_publication_whose_worker_is_killed_is_finished_by_another(service, worker, tmp_path):
    repeat_the_night(service)
    before = rows(service, score_current)
    run = ask(service, set_of(tmp_path, OTHER))
    first = worker()
    wait_until(lambda: service.run_of(run.id).progress > 10)
    first.send_signal(signal.SIGKILL)
    first.wait()
    killed, written = service.run_of(run.id), len(dates(service, 2))
    assert (killed.status, killed.attempt) == ("active", 1)
    assert 0 < written < DAYS
    assert (in_force(service).label, rows(service, score_current)) == ("small v1", before)
    worker()
    wait_until(lambda: service.run_of(run.id).status == "completed")
    done = service.run_of(run.id)
    assert (done.attempt, done.outcome, done.counts["days"]) == (2, "clean", DAYS)
    assert done.counts["scores_written"] <= 4 * (DAYS - written) + 4
    assert len(rows(service, health_scores, health_scores.c.scorecard == 2)) == 4 * DAYS
    assert in_force(service).label == "small v2"
    assert {one.scorecard for one in map(service.score, ("anna", "ben", "carla", "dora"))} == {2}


def test_a_publication_by_command_that_is_killed_is_closed_and_can_be_repeated(service):
    repeat_the_night(service)
    killed = command(service, "scorecard", "publish")
    wait_until(lambda: bool(dates(service, 2)))
    killed.kill()
    killed.communicate()
    assert in_force(service).label == "small v1"
    again = command(service, "scorecard", "publish")
    out, err = again.communicate(timeout=120)
    assert (again.returncode, "Published small v2" in out) == (0, True), err
    assert in_force(service).label == "small v2"
    with service.store.read() as connection:
        query = sa.text("select status, failure from runs where kind = 'rescore' order by created_at")
        found = [tuple(row) for row in connection.execute(query)]
    assert found == [("failed", "the process that performed it ended"), ("completed", None)]


def test_a_publication_by_command_that_is_interrupted_is_cancelled_and_changes_nothing(service):
    repeat_the_night(service)
    interrupted = command(service, "scorecard", "publish")
    wait_until(lambda: bool(dates(service, 2)))
    interrupted.terminate()
    _, err = interrupted.communicate(timeout=60)
    assert (interrupted.returncode, "Traceback" in err) == (1, False), err
    assert "What was in force stays in force." in err
    assert (in_force(service).label, len(dates(service, 2)) < DAYS) == ("small v1", True)
    with service.store.read() as connection:
        query = sa.text("select status, failure from runs where kind = 'rescore'")
        assert [tuple(row) for row in connection.execute(query)] == [("cancelled", "interrupted")]


def is_waiting(process: subprocess.Popen[str]) -> bool:
    """Whether a command says that it waits for its turn, once it says something."""
    while line := process.stderr.readline():
        if "another run is active; waiting for its end" in line:
            return True
    return False


def test_of_two_commands_that_publish_the_same_the_second_finds_nothing_to_do(service):
    with wait_for_turn(service.store, threading.Event()):
        both = [command(service, "scorecard", "publish") for _ in range(2)]
        assert all(is_waiting(process) for process in both)
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    out = " ".join(out for out, _ in told)
    assert (out.count("Published small v2"), out.count("Nothing to publish")) == (1, 1), told
    assert "Traceback" not in str(told)
    with service.store.read() as connection:
        assert connection.scalar(sa.text("select count(*) from scorecard_sets")) == 2


def test_scoring_anew_that_waited_for_a_publication_scores_under_what_is_in_force_then(service, tmp_path):
    run = ask(service, set_of(tmp_path, OTHER))
    stop = threading.Event()
    with wait_for_turn(service.store, stop) as lease:
        rescoring = command(service, "rescore", "--from", str(MONDAY), "--to", str(MONDAY))
        assert is_waiting(rescoring)
        assert perform(service.store, service.settings, run.id, lease, stop).status == "completed"
    out, err = rescoring.communicate(timeout=120)
    assert (rescoring.returncode, "4 scores under small v2" in out) == (0, True), out + err
    assert {one.scorecard for one in map(service.score, ("anna", "ben", "carla", "dora"))} == {2}
