"""One holder per name over all processes: a lock that dies with its holder, and a heartbeat.

The lock tells a dead holder within seconds. The heartbeat tells a frozen one, which keeps its lock, and
one that lost its connection for a moment, which is alive although its lock is free.
"""

import os
import socket
import threading
import uuid
from typing import Self

import structlog

from client_health.errors import ClientHealthError
from client_health.jobs.locks import lock_for
from client_health.store import leases
from client_health.store.engine import Store

BEAT_SECONDS = 2.0
FROZEN_AFTER = 30.0
RECONNECT_SECONDS = 2.5 * BEAT_SECONDS  # PostgreSQL: a living holder takes its lost lock back within this
log = structlog.get_logger(__name__)


def holder_name() -> str:
    """This process, in a way that no other one ever shares."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


class Lease:
    """A name that one process holds for as long as it lives, unless it freezes."""

    def __init__(self, store: Store, name: str) -> None:
        self.name, self.holder = name, holder_name()
        self._store, self._lock = store, lock_for(store, name)
        self._has_lock = False
        self._stop = threading.Event()
        self._heart: threading.Thread | None = None
        self.lost = False

    def acquire(self) -> bool:
        """Take the lease if nobody alive holds it."""
        has_lock = self._lock.acquire()
        with self._store.write() as connection:
            sign = leases.last_sign(connection, self.name)
            if sign is not None and sign.silent_for <= self._patience(has_lock, sign):
                free = False
            else:
                free = has_lock or sign is not None
            if free:
                leases.claim(connection, self.name, self.holder, has_lock)
        if not free:
            self._lock.release()
            return False
        self._has_lock, self.lost = has_lock, False
        self._stop = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"heart of {self.name}", daemon=True)
        self._heart.start()
        return True

    def _patience(self, has_lock: bool, sign: leases.Sign) -> float:
        """How long the present holder may have been silent and still count as alive."""
        if not has_lock or not sign.has_lock:
            return FROZEN_AFTER
        return RECONNECT_SECONDS if self._store.dialect == "postgresql" else -1.0

    def release(self) -> None:
        """Give the lease back."""
        self._stop.set()
        if self._heart is not None:
            self._heart.join(timeout=BEAT_SECONDS * 2)
        try:
            with self._store.write() as connection:
                leases.release(connection, self.name, self.holder)
        except ClientHealthError as error:
            log.warning("a lease could not be given back", lease=self.name, error=str(error))
        self._lock.release()

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                self._has_lock = self._lock.acquire()
                with self._store.write() as connection:
                    held = leases.beat(connection, self.name, self.holder, self._has_lock)
            except Exception as error:  # the store is away: try again, a frozen holder is told by silence
                log.warning("no sign of life could be left", lease=self.name, error=str(error))
                continue
            if not held:
                self.lost = True
                log.error("somebody else has taken over", lease=self.name)
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
