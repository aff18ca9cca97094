"""What the record of a run tells, and who may take, lose or cancel one."""

import threading

import pytest

from client_health.errors import RunLostError
from client_health.jobs import requests
from client_health.jobs.abandoned import close_abandoned
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.store import runs
from tests.cast import TESTER


def test_a_lost_run_publishes_nothing(service):
    request = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        first = runs.take(connection, run.id, "frozen", service.clock())
        second = runs.take(connection, run.id, "successor", service.clock())
    assert (first.attempt, second.attempt) == (1, 2)
    with service.store.write() as connection, pytest.raises(RunLostError):
        runs.finish(connection, first, "completed", service.clock())


def test_the_record_of_a_run_tells_of_attempts_that_did_not_end(service):
    request = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        runs.take(connection, run.id, "first", service.clock())
        runs.take(connection, run.id, "second", service.clock())
    with wait_for_turn(service.store, threading.Event()) as turn:
        reason = "the store does not answer: disk full"
        done = perform(
            service.store,
            service.settings,
            run.id,
            turn,
            threading.Event(),
            clock=service.clock,
            reason=reason,
        )
    at = "2026-03-10T12:00:00Z"
    assert (done.attempt, done.outcome) == (3, "clean")
    assert done.counts["interruptions"] == [
        {
            "attempt": 1,
            "worker": "first",
            "noticed_at": at,
            "reason": "its worker died, froze or was stopped",
        },
        {"attempt": 2, "worker": "second", "noticed_at": at, "reason": reason},
    ]


def test_a_command_that_died_before_it_began_is_closed_by_the_next_holder_of_the_turn(service):
    asked = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    wanted = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    dead, waiting = (
        requests.ask(service.store, service.settings, one, service.clock())[0] for one in (asked, wanted)
    )
    close_abandoned(service.store, [dead.id, waiting.id], service.clock())
    assert service.run_of(dead.id).status == "failed"
    assert service.run_of(waiting.id).status == "queued", "a worker takes it"


def test_cancelling_a_queued_run_means_that_it_never_starts(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        runs.cancel(connection, run.id, TESTER, service.clock())
        assert runs.take(connection, run.id, "worker", service.clock()) is None
    assert service.run_of(run.id).status == "cancelled"


def test_asking_twice_for_a_batch_by_hand_gives_the_same_run(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    first, is_new = requests.ask(service.store, service.settings, request, service.clock())
    again, is_new_again = requests.ask(service.store, service.settings, request, service.clock())
    assert (first.id == again.id, is_new, is_new_again) == (True, True, False)
