"""Runs in which the store fails: performed again, a limited number of times."""

import threading

import pytest

from client_health.errors import RunInterruptedError, StoreError
from client_health.jobs import attempt, persistence, requests
from client_health.jobs.persistence import TRIES, perform_persistently
from client_health.store import runs
from tests.cast import MONDAY, make_service


@pytest.fixture
def service(tmp_path, store_url, monkeypatch):
    monkeypatch.setattr(persistence, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(persistence, "LONGEST_WAIT", 0.01)
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


@pytest.fixture
def run(service):
    request = requests.night(service.settings, MONDAY, past=False)
    return requests.ask(service.store, service.settings, request, service.clock())[0]


def failing(monkeypatch, times: int) -> list[int]:
    """Let the store fail so many times when a run is published; returns a list that grows with each."""
    original, calls = attempt.publish, []

    def publish(*arguments, **counts):
        if len(calls) < times:
            calls.append(len(calls))
            raise StoreError("the store does not answer: the disk is full")
        original(*arguments, **counts)

    monkeypatch.setattr(attempt, "publish", publish)
    return calls


def work(service, run, stop=None) -> runs.Run:
    perform_persistently(service.store, service.settings, run.id, stop or threading.Event(), service.clock)
    return service.run_of(run.id)


def test_a_run_in_which_the_store_fails_is_performed_again(service, run, monkeypatch):
    failing(monkeypatch, 2)
    done = work(service, run)
    assert (done.status, done.outcome, done.attempt) == ("completed", "clean", 3)


def test_a_run_in_which_the_store_always_fails_has_failed_and_says_why(service, run, monkeypatch):
    calls = failing(monkeypatch, 100)
    done = work(service, run)
    assert (done.status, done.attempt, len(calls)) == ("failed", TRIES, TRIES)
    assert done.failure == "given up after 5 attempts: the store does not answer: the disk is full"


def test_who_is_told_to_stop_meanwhile_leaves_the_run_open(service, run, monkeypatch):
    failing(monkeypatch, 100)
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda seconds=None: True)
    with pytest.raises(RunInterruptedError):
        work(service, run, stop)
    assert service.run_of(run.id).status == "active"


def test_a_turn_that_was_lost_to_another_run_is_waited_for_again(service, run, monkeypatch):
    original, lost = attempt.publish, []

    def publish(*arguments, **counts):
        if not lost:
            lost.append(True)
            raise attempt.RunLostError("another worker took the lease")
        original(*arguments, **counts)

    monkeypatch.setattr(attempt, "publish", publish)
    assert (work(service, run).status, service.run_of(run.id).attempt) == ("completed", 2)
