"""Leases: one living holder, quick take-over from the dead, slow take-over from the frozen."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

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


@pytest.fixture
def watch(monkeypatch):
    """Lets somebody look at a lease for so many seconds by the clock on their own wrist."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def look(lease: Lease, seconds: int) -> bool:
        for _ in range(seconds):
            now[0] += 1
            if lease.acquire():
                return True
        return False

    return look


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


def frozen_holder(store) -> Lease:
    frozen = Lease(store, "run")
    assert frozen.acquire()
    frozen._stop.set()
    frozen._heart.join()
    return frozen


def test_a_frozen_holder_keeps_its_lock_and_is_succeeded_after_long_silence(store, watch):
    frozen = frozen_holder(store)
    successor = Lease(store, "run")
    assert not watch(successor, 30)
    assert watch(successor, 5)
    frozen._lock.release()
    third = Lease(store, "run")
    assert not watch(third, 3), "the successor lives, although the frozen one's lock is free now"
    successor.release()


def test_what_was_taken_from_a_frozen_holder_can_be_given_back_and_taken_again(store, watch):
    frozen = frozen_holder(store)
    successor = Lease(store, "run")
    assert watch(successor, 35)
    successor.release()
    third = Lease(store, "run")
    assert watch(third, 10), "although the frozen one has the lock still"
    third.release()
    frozen._lock.release()


def test_a_clock_on_the_wall_that_jumps_makes_nobody_look_frozen(store, watch):
    frozen = frozen_holder(store)
    silence(store, "run", 3600)
    assert not watch(Lease(store, "run"), 29)
    frozen._lock.release()


def test_a_watcher_that_was_asleep_itself_does_not_count_its_sleep(store, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    frozen, successor = frozen_holder(store), Lease(store, "run")
    for _ in range(3):
        assert not successor.acquire()
        now[0] += 3600
    frozen._lock.release()


def test_a_dead_holder_is_succeeded_although_the_clock_on_the_wall_went_back(store, watch):
    dead = frozen_holder(store)
    dead._lock.release()
    silence(store, "run", -3600)
    successor = Lease(store, "run")
    assert watch(successor, 8)
    successor.release()


def test_a_holder_that_was_succeeded_learns_it_at_its_next_sign_of_life(store, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)
    holder = Lease(store, "run")
    assert holder.acquire()
    with store.write() as connection:
        seen = leases.last_sign(connection, "run")
        assert leases.claim(connection, "run", "somebody else", True, seen)
    holder._heart.join(timeout=5)
    assert holder.lost
    holder.release()


def test_of_two_who_saw_the_same_silence_one_takes_over(store):
    with store.write() as connection:
        assert leases.claim(connection, "run", "dead", True, None)
        seen = leases.last_sign(connection, "run")
        assert leases.claim(connection, "run", "the faster", True, seen)
        assert not leases.claim(connection, "run", "the slower", True, seen)
        assert not leases.claim(connection, "run", "somebody who saw nobody", True, None)
        assert leases.last_sign(connection, "run").holder == "the faster"


FREEZES_AMID_A_COPY = """
import os, signal, sys
from sqlalchemy import make_url, text
from client_health.jobs.lease import Lease
from client_health.store.engine import Store

store = Store(make_url(sys.argv[1]))
assert Lease(store, "run").acquire()
with store.write() as connection:
    connection.execute(text("lock table tenants"))
    connection.execute(text("create temp table incoming (number int)"))
    with connection.connection.dbapi_connection.cursor().copy("copy incoming from stdin") as copy:
        os.kill(os.getpid(), signal.SIGSTOP)
"""


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_who_froze_amid_a_copy_loses_the_session_and_its_locks_to_the_successor(store, watch):
    with subprocess.Popen(
        [sys.executable, "-c", FREEZES_AMID_A_COPY, store.url.render_as_string()]
    ) as frozen:
        try:
            os.waitpid(frozen.pid, os.WUNTRACED)
            successor = Lease(store, "run")
            assert watch(successor, 36)
            with successor, store.write() as connection:
                connection.execute(sa.text("set local lock_timeout = '10s'"))
                connection.execute(sa.text("lock table tenants"))
        finally:
            frozen.kill()
