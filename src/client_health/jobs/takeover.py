"""Taking over from workers that died or froze, and closing runs that nobody will ever finish."""

from collections.abc import Callable
from datetime import datetime

import structlog

from client_health.jobs.abandoned import BY_COMMAND, close_abandoned
from client_health.jobs.attempt import RUN_LEASE
from client_health.jobs.engine import Engine
from client_health.jobs.lease import Lease
from client_health.store import leases, migrate, runs
from client_health.store.engine import Store

log = structlog.get_logger(__name__)


class TakeOver:
    """Looks at what others hold, again and again: whether a holder froze is told by watching it."""

    def __init__(self, store: Store, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._store, self._engine, self._clock = store, engine, clock
        self._watched: dict[str, Lease] = {}  # leases of others, until they are given back

    def sweep(self) -> None:
        """One look; raises NewerStoreError where a newer program has migrated the store."""
        with self._store.read() as connection:
            migrate.refuse_newer(connection)
            held = leases.all_names(connection)
        others = (held | self._engine.other_executors()) - {self._engine.executor}
        self._watched = {name: self._watched.get(name) or Lease(self._store, name) for name in others}
        for name, lease in self._watched.items():
            if lease.acquire():
                with lease:
                    if taken := self._engine.recover(name):
                        log.warning("taking over from a dead worker", worker=name, runs=taken)
        self._close_orphans()

    def _close_orphans(self) -> None:
        """A run is an orphan where nobody performs one, and neither its command nor the engine ever will.

        A command asks for a run and performs it while it holds the turn.
        """
        with self._store.read() as connection:
            found = runs.with_status(connection, runs.OPEN)
        orphans = [run for run in found if run.trigger in BY_COMMAND]
        orphans += [run for run in found if run.status == "active" and self._engine.is_over(run.id)]
        if orphans:
            turn = Lease(self._store, RUN_LEASE)
            if turn.acquire():
                with turn:
                    close_abandoned(self._store, [run.id for run in orphans], self._clock())
