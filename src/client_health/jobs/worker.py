"""A worker: takes queued runs, performs them one at a time, and takes over from dead workers."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count

import structlog

from client_health.errors import ClientHealthError, NewerStoreError, RunInterruptedError
from client_health.instants import utc_now
from client_health.jobs.abandoned import BY_COMMAND
from client_health.jobs.engine import Engine, retention
from client_health.jobs.lease import Lease
from client_health.jobs.persistence import perform_persistently
from client_health.jobs.pulse import Pulse
from client_health.jobs.retention import tend
from client_health.jobs.schedule import tick
from client_health.jobs.takeover import TakeOver
from client_health.settings.model import Settings
from client_health.store import runs
from client_health.store.engine import Store
from client_health.store.leases import SEAT

DISPATCH_SECONDS = 0.5
SWEEP_SECONDS = 3.0
TICK_SECONDS = 30.0
FORGET_SECONDS = 3600.0
TEND_SECONDS = 3600.0
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
        self._outdated = False
        self._handed_over: set[str] = set()
        self._take_over = TakeOver(store, self._engine, clock)
        self._pulse = Pulse()
        self.started_at = clock()

    @property
    def name(self) -> str:
        """Name of the seat that this worker holds: host and ordinal."""
        return self._seat.name

    @property
    def lost(self) -> bool:
        """Whether this worker must end: another one took it for dead, or a newer program owns the store."""
        return self._seat.lost or self._outdated

    @property
    def alive(self) -> bool:
        """Whether it works: nobody took it for dead, and its loops turn."""
        return not self.lost and not self._pulse.silent()

    def start(self) -> None:
        """Start the engine and the loops that feed it."""
        self._engine.start()
        for seconds, job in (
            (DISPATCH_SECONDS, self.dispatch),
            (SWEEP_SECONDS, self.sweep),
            (TICK_SECONDS, self.tick),
            (FORGET_SECONDS, self.forget),
            (TEND_SECONDS, self.tend),
        ):
            thread = threading.Thread(
                target=self._repeat, args=(seconds, job), name=job.__name__, daemon=True
            )
            thread.start()
            self._threads.append(thread)
            self._pulse.beat(job.__name__, seconds)
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
        """Hand queued runs to the engine, oldest first; those of commands are performed by the commands."""
        with self._store.read() as connection:
            queued = [
                run for run in runs.with_status(connection, ["queued"]) if run.trigger not in BY_COMMAND
            ]
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
        self._take_over.sweep()

    def forget(self) -> None:
        """Delete old finished jobs from the engine; the runs themselves are kept."""
        self._engine.forget_finished(retention(self._settings.runs.keep_jobs_days, self._clock()))

    def tend(self) -> None:
        """Make the coming month's partitions, and drop what `[retention]` lets go."""
        tend(self._store, self._settings, self._clock(), self._stop.is_set)

    def _perform(self, run_id: str) -> None:
        self._idle.clear()
        try:
            perform_persistently(self._store, self._settings, run_id, self._stop, self._clock)
        except RunInterruptedError:
            self._idle.set()
            threading.Event().wait()  # never returns: the engine keeps the run unfinished, the process ends
        finally:
            self._idle.set()

    def _repeat(self, seconds: float, job: Callable[[], None]) -> None:
        while True:
            try:
                job()
            except NewerStoreError as error:
                self._outdated = True
                log.error("ending", reason=str(error))
            except ClientHealthError as error:
                log.warning("will try again", job=job.__name__, reason=str(error))
            except Exception:
                log.exception("will try again", job=job.__name__)
            self._pulse.beat(job.__name__, seconds)
            if self._stop.wait(seconds):
                return


def take_seat(store: Store) -> Lease:
    """A name for this worker that no other living one has, and that it gets again after a restart."""
    host = os.environ.get("CLIENT_HEALTH_WORKER") or socket.gethostname()
    for ordinal in count():
        seat = Lease(store, f"{SEAT}{host}-{ordinal}")
        if seat.acquire():
            return seat
    raise AssertionError("ordinals never end")
