"""One holder per name over all processes: a lock that dies with its holder, and a heartbeat.

The lock tells a dead holder within seconds. The heartbeat tells a frozen one, which keeps its lock, and
one that lost its connection for a moment, which is alive although its lock is free.

No clock on a wall decides that somebody froze: whoever wants the lease watches the heartbeat for that long.
"""

import socket
import threading
import time
import uuid
from typing import Self

import structlog

from client_health.errors import ClientHealthError
from client_health.jobs.locks import lock_for
from client_health.store import leases
from client_health.store.engine import Store, process_name
from client_health.store.leases import FROZEN_AFTER

BEAT_SECONDS = 2.0
RECONNECT_SECONDS = 2.5 * BEAT_SECONDS  # PostgreSQL: a living holder takes its lost lock back within this
LONGEST_LOOK = 5.0  # more between two looks and the watcher itself was asleep, perhaps with its whole host
log = structlog.get_logger(__name__)


def holder_name() -> str:
    """Host, process and a word of its own, so that no two holders ever share a name."""
    return f"{socket.gethostname()}:{process_name()}:{uuid.uuid4().hex[:6]}"


def process_of(holder: str) -> str:
    """The process that a holder belongs to."""
    return holder.rsplit(":", 2)[1]


class Lease:
    """A name that one process holds for as long as it lives, unless it freezes."""

    def __init__(self, store: Store, name: str) -> None:
        self.name, self.holder = name, holder_name()
        self._store, self._lock = store, lock_for(store, name)
        self._has_lock = False
        self._stop = threading.Event()
        self._heart: threading.Thread | None = None
        self._watched = _Silence()
        self.lost = False

    def acquire(self) -> bool:
        """Take the lease if nobody alive holds it."""
        has_lock = self._lock.acquire()
        with self._store.write() as connection:
            sign = leases.last_sign(connection, self.name)
            free = self._is_free(has_lock, sign)
            if free and sign is not None and process_of(sign.holder) != process_name():
                leases.end_sessions(connection, process_of(sign.holder))
            taken = free and leases.claim(connection, self.name, self.holder, has_lock, sign)
        if not taken:
            self._lock.release()
            return False
        self._has_lock, self.lost = has_lock, False
        self._stop = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"heart of {self.name}", daemon=True)
        self._heart.start()
        return True

    def _is_free(self, has_lock: bool, sign: leases.Sign | None) -> bool:
        """Whether nobody alive holds it: the lock is free for good, or silence was watched long enough."""
        watched = self._watched.look(sign)
        if sign is None:  # whoever has the lock for longer without a sign froze, and was succeeded
            return has_lock or watched > RECONNECT_SECONDS
        if not has_lock or not sign.has_lock:
            return watched > FROZEN_AFTER
        return self._store.dialect == "sqlite" or max(watched, sign.silent_for) > RECONNECT_SECONDS

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


class _Silence:
    """How long a sign of life has not changed, by the clock of whoever looks at it again and again."""

    def __init__(self) -> None:
        self._seen: tuple[str, float] | None = None
        self._looked = 0.0
        self._seconds = 0.0

    def look(self, sign: leases.Sign | None) -> float:
        """Seconds of silence that were watched until now."""
        now, seen = time.monotonic(), ("nobody", 0.0) if sign is None else (sign.holder, sign.beat_at)
        if seen == self._seen:
            self._seconds += min(now - self._looked, LONGEST_LOOK)
        else:
            self._seconds = 0.0
        self._seen, self._looked = seen, now
        return self._seconds
