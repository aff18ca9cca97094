"""Leases: one living holder, quick take-over from the dead, slow take-over from the frozen."""

import pytest

from client_health.jobs import lease as module
from client_health.jobs.lease import Lease
from client_health.store import leases
from tests.cast import make_service


@pytest.fixture
def store(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service.store
    service.store.close()


def silence(store, name: str, seconds: float) -> None:
    with store.write() as connection:
        connection.execute(leases.table.update().values(beat_at=leases.store_clock(connection) - seconds))


def test_a_lease_has_one_holder_at_a_time(store):
    with Lease(store, "run") as first:
        assert first.acquire()
        assert not Lease(store, "run").acquire()
    second = Lease(store, "run")
    assert second.acquire()
    second.release()


def test_leases_of_other_names_do_not_matter(store):
    with Lease(store, "one") as one, Lease(store, "two") as two:
        assert one.acquire()
        assert two.acquire()


def test_a_dead_holder_is_succeeded_within_seconds(store):
    dead = Lease(store, "run")
    assert dead.acquire()
    dead._stop.set()
    dead._heart.join()
    dead._lock.release()  # what the operating system or PostgreSQL does when a process dies
    silence(store, "run", module.RECONNECT_SECONDS + 0.1)
    successor = Lease(store, "run")
    assert successor.acquire()
    successor.release()


def test_a_frozen_holder_keeps_its_lock_and_is_succeeded_after_long_silence(store):
    frozen = Lease(store, "run")
    assert frozen.acquire()
    frozen._stop.set()
    frozen._heart.join()
    silence(store, "run", module.FROZEN_AFTER - 2)
    successor = Lease(store, "run")
    assert not successor.acquire()
    silence(store, "run", module.FROZEN_AFTER + 1)
    assert successor.acquire()
    frozen._stop.clear()
    frozen._lock.release()
    third = Lease(store, "run")
    assert not third.acquire(), "the successor lives, although the frozen one's lock is free now"
    successor.release()


def test_a_holder_that_was_succeeded_learns_it_at_its_next_sign_of_life(store, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)
    holder = Lease(store, "run")
    assert holder.acquire()
    with store.write() as connection:
        leases.claim(connection, "run", "somebody else", True)
    holder._heart.join(timeout=5)
    assert holder.lost
    holder.release()
