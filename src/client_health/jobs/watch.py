"""What a run tells while it works, and how it learns that it must stop."""

import threading
import time
from collections.abc import Callable
from typing import Any

from client_health.errors import RunInterruptedError, RunLostError
from client_health.jobs.lease import Lease
from client_health.store import migrate, runs
from client_health.store.engine import Store
from client_health.store.runs import Run

CHECK_SECONDS = 0.5
COLLECTED, SCORED, PUBLISHING = 85, 90, 95  # percent of the progress bar at the end of each stage
Listener = Callable[[int, str, dict[str, Any]], None]


class Watch:
    """Progress of one attempt at one run, written to the store and told to a listener."""

    def __init__(
        self,
        store: Store,
        run: Run,
        lease: Lease,
        stop: threading.Event,
        listener: Listener = lambda percent, stage, counts: None,
    ) -> None:
        self._store, self._run, self._lease, self._stop = store, run, lease, stop
        self._listener = listener
        self._checked = 0.0
        self.counts: dict[str, Any] = dict(run.counts)

    def check(self) -> None:
        """Raise where this attempt must stop: cancelled, taken over, or the process is to end."""
        if self._stop.is_set():
            raise RunInterruptedError("the process was told to stop")
        if self._lease.lost:
            raise RunLostError(f"the run {self._run.id} was taken over by another worker")
        if time.monotonic() - self._checked > CHECK_SECONDS:
            self._checked = time.monotonic()
            with self._store.read() as connection:
                migrate.refuse_newer(connection)
                runs.check(connection, self._run)

    def tell(self, percent: int, stage: str, **counts: Any) -> None:
        """Record progress."""
        self.counts.update(counts)
        with self._store.write() as connection:
            runs.note_progress(connection, self._run, percent, stage, self.counts)
        self._listener(percent, stage, self.counts)

    def collecting(self, query: str, done: int, total: int) -> None:
        """Record progress of the collection: `done` of `total` queries are answered."""
        self.tell(COLLECTED * done // total, f"reading {query}", queries_done=done, queries_total=total)
