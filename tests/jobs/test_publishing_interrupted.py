"""A publication that is stopped in the middle changes nothing that anybody reads, and is finished later."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from client_health.errors import RunInterruptedError
from client_health.jobs import rescoring
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.store import runs
from client_health.store.schema import health_scores, score_current
from tests.api.conftest import open_api
from tests.cast import MONDAY, Service, make_service
from tests.jobs.publishing import (
    OTHER,
    ask,
    at_percent,
    cancel,
    dates,
    in_force,
    publish,
    rows,
    told,
    work,
)
from tests.replay.cast import set_of

DAYS = 10
READ = ("/", "/high-risk", "/anna/score", "/anna/history", "/anna/history?view=reported", "/ben/explanation")


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_service(tmp_path, store_url)
    for number in range(DAYS):
        service.app.tenant("anna", active=10 - number, tickets=number)
        service.night(MONDAY + timedelta(days=number))
    yield service
    service.store.close()


def read_by_people(service: Service) -> dict[str, Any]:
    """What the API answers, and what lists are made of."""
    api = open_api(service)
    answers = {path: api.get(path) for path in READ}
    return {
        **answers,
        "in force": api.get("/scorecards")["inForce"],
        "current": rows(service, score_current),
    }


def assert_finished(service: Service, folder) -> None:
    """What was published in the end is the same as without the interruption."""
    untouched = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    for number in range(DAYS):
        untouched.app.tenant("anna", active=10 - number, tickets=number)
        untouched.night(MONDAY + timedelta(days=number))
    expected = publish(untouched, set_of(folder, OTHER)).versions[0].id
    version = in_force(service).versions[0].id
    assert in_force(service).label == "small v2"
    assert told(service, health_scores, version) == told(untouched, health_scores, expected)
    assert told(service, score_current) == told(untouched, score_current)
    untouched.store.close()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "untouched"
    folder.mkdir()
    return folder


def test_a_publication_that_is_cancelled_half_way_changes_nothing_and_can_be_asked_for_again(
    service, tmp_path, folder
):
    before, first = read_by_people(service), rows(service, health_scores)
    run = ask(service, set_of(tmp_path, OTHER))
    seen = []

    def stop() -> None:
        seen.append(read_by_people(service))
        cancel(service, run)

    done = work(service, run, at_percent(40, stop))
    assert (done.status, done.failure) == ("cancelled", "cancelled on request")
    assert seen == [before]
    assert read_by_people(service) == before
    half = [row for row in rows(service, health_scores) if row not in first]
    assert len(half) == 4 * DAYS // 2
    again = work(service, ask(service, set_of(tmp_path, OTHER)))
    assert (again.status, again.counts["days"], again.counts["scores_written"]) == ("completed", DAYS, 20)
    assert set(half) < set(rows(service, health_scores)), "what was written is passed over"
    assert_finished(service, folder)


def test_a_process_that_is_told_to_stop_leaves_the_publication_to_the_next_one(service, tmp_path, folder):
    before, stop = read_by_people(service), threading.Event()
    run = ask(service, set_of(tmp_path, OTHER))
    with pytest.raises(RunInterruptedError):
        work(service, run, at_percent(30, stop.set), stop)
    assert (service.run_of(run.id).status, read_by_people(service)) == ("active", before)
    done = work(service, run)
    assert (done.status, done.attempt, done.counts["scores_written"] < 4 * DAYS) == ("completed", 2, True)
    assert_finished(service, folder)


def test_an_attempt_that_lost_its_lease_ends_and_the_next_one_finishes(service, tmp_path, folder):
    before = read_by_people(service)
    run = ask(service, set_of(tmp_path, OTHER))
    with wait_for_turn(service.store, threading.Event()) as lease:
        listener = at_percent(30, lambda: setattr(lease, "lost", True))
        perform(
            service.store, service.settings, run.id, lease, threading.Event(), listener, clock=service.clock
        )
    assert (service.run_of(run.id).status, read_by_people(service)) == ("active", before)
    assert work(service, run).status == "completed"
    assert_finished(service, folder)


def test_an_attempt_that_was_taken_over_writes_nothing_any_more(service, tmp_path):
    run = ask(service, set_of(tmp_path, OTHER))

    def take_over() -> None:
        with service.store.write() as connection:
            assert runs.take(connection, run.id, "successor", service.clock()).attempt == 2

    left = work(service, run, at_percent(40, take_over))
    assert (left.status, left.attempt, left.worker, left.progress) == ("active", 2, "successor", 0)
    written = len(rows(service, health_scores))
    assert written == 4 * DAYS + 4 * DAYS // 2
    assert in_force(service).label == "small v1"


@pytest.mark.parametrize(
    ("module", "name"),
    [("scores", "write"), ("scorecard_sets", "put_in_force"), ("current", "switch"), ("runs", "finish")],
)
def test_a_publication_that_fails_at_any_step_leaves_what_is_in_force(
    service, tmp_path, folder, monkeypatch, module, name
):
    before, calls = read_by_people(service), []
    home = getattr(rescoring, module)
    original = getattr(home, name)

    def broken(*arguments, **more):
        result = original(*arguments, **more)
        calls.append(name)
        if len(calls) == (4 if name == "write" else 1):
            raise RuntimeError("the power went")
        return result

    with monkeypatch.context() as patch:
        patch.setattr(home, name, broken)
        failed = work(service, ask(service, set_of(tmp_path, OTHER)))
    assert (failed.status, failed.outcome) == ("failed", None)
    assert "the power went" not in failed.failure
    assert read_by_people(service) == before
    version = dates(service, 2)
    assert version == [MONDAY + timedelta(days=number) for number in range(3 if name == "write" else DAYS)]
    again = work(service, ask(service, set_of(tmp_path, OTHER)))
    assert again.counts["scores_written"] == 4 * (DAYS - len(version))
    assert_finished(service, folder)
