"""One attempt at a run, from taking it to closing it. Whoever performs runs calls this."""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog

from client_health.errors import (
    ClientHealthError,
    ConflictError,
    NoTenantsError,
    RunCancelledError,
    RunInterruptedError,
    RunLostError,
    StoreError,
)
from client_health.instants import utc_now
from client_health.jobs.calculation import calculate
from client_health.jobs.lease import Lease
from client_health.jobs.publication import hold, note_failure, publish
from client_health.jobs.rescoring import rescore, switch
from client_health.jobs.watch import PUBLISHING, Listener, Watch
from client_health.settings.model import Settings
from client_health.store import migrate, runs, scorecard_sets
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecard_sets import PublishedSet
from client_health.telemetry.causes import cause_of
from client_health.telemetry.tracing import span
from client_health.usage.collect import CollectionFailedError
from client_health.usage.metrics import QueryReport
from client_health.usage.tenants import QUERY as TENANTS

RUN_LEASE = "run"  # whoever holds it performs a run; so one run at a time, whatever process asks
WAIT_SECONDS = 0.5
log = structlog.get_logger(__name__)


def silent(percent: int, stage: str, counts: dict[str, object]) -> None:
    """A listener that says nothing."""


def wait_for_turn(store: Store, stop: threading.Event, waiting: Callable[[], None] = lambda: None) -> Lease:
    """Wait until no other process performs a run; `waiting` is called now and then meanwhile."""
    lease = Lease(store, RUN_LEASE)
    while not lease.acquire():
        waiting()
        if stop.wait(WAIT_SECONDS):
            raise RunInterruptedError("the process was told to stop")
    return lease


def perform(
    store: Store,
    settings: Settings,
    run_id: str,
    lease: Lease,
    stop: threading.Event,
    listener: Listener = silent,
    clock: Callable[[], datetime] = utc_now,
    reason: str = "",
) -> Run:
    """Take the run, collect, score, publish, close it; returns it as it then stands.

    `reason`: why this process's attempt before did not end, for the run's record.
    A run that another process closed or took over is left alone. RunInterruptedError and StoreError
    leave it open.
    """
    with store.write() as connection:
        migrate.refuse_newer(connection)
        in_force = scorecard_sets.in_force(connection)
        under = in_force.id if in_force else None
        run = runs.take(connection, run_id, lease.holder, clock(), under, reason)
    if run is not None:
        with _few_collections(), structlog.contextvars.bound_contextvars(run_id=run_id, attempt=run.attempt):
            _perform(store, settings, run, Watch(store, run, lease, stop, listener), clock)
    with store.read() as connection:
        return runs.find(connection, run_id)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: a fleet's rows are many small objects, and none of them is cyclic."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _perform(store: Store, settings: Settings, run: Run, watch: Watch, clock: Callable[[], datetime]) -> None:
    log.info("run begins", score_date=run.score_date.isoformat(), kind=run.kind, trigger=run.trigger)
    try:
        with span(f"run {run.kind}", _facts(run)):
            cards = _scorecards(store, run)
            if run.kind == "rescore":
                _rescore(store, settings, run, cards, watch, clock)
            else:
                _score(store, settings, run, cards, watch, clock)
    except RunInterruptedError:
        log.info("run left to the next worker")
        raise
    except StoreError:
        raise
    except RunLostError as lost:
        log.warning("run left alone", reason=str(lost))
    except RunCancelledError:
        note_failure(store, run, (), "cancelled", "cancelled on request", clock(), **watch.counts)
        log.info("run cancelled")
    except ClientHealthError as fault:
        counts = watch.counts | {"cause": cause_of(fault)}
        note_failure(store, run, _reports(settings, fault), "failed", str(fault), clock(), **counts)
        log.warning("run failed", reason=str(fault))
    except Exception as fault:
        log.exception("run failed by a fault of the program")
        reason = f"a fault of the program ({type(fault).__name__}); the log has the details"
        note_failure(store, run, (), "failed", reason, clock(), **watch.counts, cause=cause_of(fault))


def _facts(run: Run) -> dict[str, str | int]:
    """What the run's span tells of it."""
    return {
        "client_health.run.id": run.id,
        "client_health.run.attempt": run.attempt,
        "client_health.run.trigger": run.trigger,
        "client_health.run.score_date": run.score_date.isoformat(),
    }


def _reports(settings: Settings, fault: ClientHealthError) -> Sequence[QueryReport]:
    """What a fault says of the queries, so that it shows where people look for their freshness."""
    if isinstance(fault, NoTenantsError):
        return [QueryReport(TENANTS, settings.tenants.source, failure=str(fault))]
    return fault.reports if isinstance(fault, CollectionFailedError) else ()


def _score(
    store: Store,
    settings: Settings,
    run: Run,
    cards: PublishedSet,
    watch: Watch,
    clock: Callable[[], datetime],
) -> None:
    """Collect, score and publish, or hold back what cannot be right."""
    started = time.monotonic()
    calculation = calculate(store, settings, run, cards, watch, clock())
    watch.tell(PUBLISHING, "publishing")
    working = round(time.monotonic() - started - calculation.asleep, 3)
    tenants = len(calculation.collection.metrics.tenants)
    if calculation.jump is None:
        with span("publish"):
            publish(store, settings, run, calculation, clock(), **watch.counts, seconds_working=working)
        log.info("run published", tenants=tenants)
    else:
        with span("hold back"):
            hold(store, run, calculation, clock(), **watch.counts, seconds_working=working)
        log.warning("run held back", reason=str(calculation.jump))


def _rescore(
    store: Store,
    settings: Settings,
    run: Run,
    cards: PublishedSet,
    watch: Watch,
    clock: Callable[[], datetime],
) -> None:
    """Score stored dates anew, then switch."""
    started = time.monotonic()
    with span("score dates anew"):
        counts = rescore(store, run, cards, watch, clock)
    working = round(time.monotonic() - started, 3)
    with span("publish"):
        switch(store, settings, run, cards, {**watch.counts, **counts, "seconds_working": working}, clock())
    log.info("history scored anew", scorecards=cards.label, days=counts["days"])


def _scorecards(store: Store, run: Run) -> PublishedSet:
    if run.scorecard_set is None:
        raise ConflictError("no scorecard is published yet; `client-health scorecard publish` does it")
    with store.read() as connection:
        return scorecard_sets.by_id(connection, run.scorecard_set)
