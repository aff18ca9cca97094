"""A worker: takes queued runs, performs them one at a time, and takes over from dead workers."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count

import structlog

from client_health.errors import ClientHealthError, RunInterruptedError
from client_health.instants import utc_now
from client_health.jobs.abandoned import BY_COMMAND, close_abandoned
from client_health.jobs.attempt import RUN_LEASE, perform, wait_for_turn
from client_health.jobs.engine import Engine, retention
from client_health.jobs.lease import Lease
from client_health.jobs.schedule import tick
from client_health.settings.model import Settings
from client_health.store import runs
from client_health.store.engine import Store

DISPATCH_SECONDS = 0.5
SWEEP_SECONDS = 3.0
TICK_SECONDS = 30.0
FORGET_SECONDS = 3600.0
log = structlog.get_logger(__name__)


class Worker:
    """Performs runs until it is told to stop. `clock` says what time it is; tests inject their own."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._stop, self._idle = threading.Event(), threading.Event()
        self._idle.set()
        self._seat = take_seat(store)
        self._engine = Engine(store, self._seat.name, self._perform)
        self._threads: list[threading.Thread] = []
        self._handed_over: set[str] = set()
        self.started_at = clock()

    @property
    def name(self) -> str:
        """Name of the seat that this worker holds: host and ordinal."""
        return self._seat.name

    @property
    def lost(self) -> bool:
        """Whether another worker took this one for dead; it must then end."""
        return self._seat.lost

    def start(self) -> None:
        """Start the engine and the loops that feed it."""
        self._engine.start()
        for seconds, job in (
            (DISPATCH_SECONDS, self.dispatch),
            (SWEEP_SECONDS, self.sweep),
            (TICK_SECONDS, self.tick),
            (FORGET_SECONDS, self.forget),
        ):
            thread = threading.Thread(
                target=self._repeat, args=(seconds, job), name=job.__name__, daemon=True
            )
            thread.start()
            self._threads.append(thread)
        log.info("worker is ready", worker=self.name)

    def stop(self) -> None:
        """Let the running statement end and leave its run, unpublished, to whoever takes it next."""
        self._stop.set()
        self._idle.wait(timeout=self._longest_statement() + 10)
        for thread in self._threads:
            thread.join(timeout=5)
        self._engine.stop()
        self._seat.release()

    def _longest_statement(self) -> float:
        sources = [self._settings.source_named(name) for name in self._settings.source_names]
        return max((source.statement_timeout for source in sources), default=0.0)

    def dispatch(self) -> None:
        """Hand queued runs to the engine, oldest first."""
        with self._store.read() as connection:
            queued = runs.with_status(connection, ["queued"])
        for run in queued:
            if run.id not in self._handed_over:
                self._engine.hand_over(run.id)
                self._handed_over.add(run.id)

    def tick(self) -> None:
        """Queue the nights that are due."""
        for run in tick(self._store, self._settings, self._clock(), self.started_at):
            log.info("night queued", run_id=run.id, score_date=run.score_date.isoformat())

    def sweep(self) -> None:
        """Take over from workers that died or froze, and close runs that nobody will ever finish."""
        for executor in self._engine.other_executors():
            grave = Lease(self._store, executor)
            if grave.acquire():
                with grave:
                    log.warning(
                        "taking over from a dead worker", worker=executor, runs=self._engine.recover(executor)
                    )
        self._close_orphans()

    def forget(self) -> None:
        """Delete old finished jobs from the engine; the runs themselves are kept."""
        self._engine.forget_finished(retention(self._settings.runs.keep_jobs_days, self._clock()))

    def _close_orphans(self) -> None:
        """A run is an orphan where it is active, nobody performs one, and the engine is done with it."""
        with self._store.read() as connection:
            active = runs.with_status(connection, ["active"])
        orphans = [run for run in active if run.trigger in BY_COMMAND or self._engine.is_over(run.id)]
        if orphans:
            turn = Lease(self._store, RUN_LEASE)
            if turn.acquire():
                with turn:
                    close_abandoned(self._store, [run.id for run in orphans], self._clock())

    def _perform(self, run_id: str) -> None:
        self._idle.clear()
        try:
            with wait_for_turn(self._store, self._stop) as turn:
                perform(self._store, self._settings, run_id, turn, self._stop, clock=self._clock)
        except RunInterruptedError:
            log.info("run left to the next worker", run_id=run_id)
            self._idle.set()
            threading.Event().wait()  # never returns: the engine keeps the run unfinished, the process ends
        finally:
            self._idle.set()

    def _repeat(self, seconds: float, job: Callable[[], None]) -> None:
        while True:
            try:
                job()
            except ClientHealthError as error:
                log.warning("will try again", job=job.__name__, reason=str(error))
            except Exception:
                log.exception("will try again", job=job.__name__)
            if self._stop.wait(seconds):
                return


def take_seat(store: Store) -> Lease:
    """A name for this worker that no other living one has, and that it gets again after a restart."""
    host = os.environ.get("CLIENT_HEALTH_WORKER") or socket.gethostname()
    for ordinal in count():
        seat = Lease(store, f"worker:{host}-{ordinal}")
        if seat.acquire():
            return seat
    raise AssertionError("ordinals never end")
