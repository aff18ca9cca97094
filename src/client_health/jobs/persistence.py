"""Performing a run although the store fails meanwhile: it is away, full, or lets nobody write."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog

from client_health.errors import RunInterruptedError, StoreError
from client_health.jobs.abandoned import close_abandoned
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.settings.model import Settings
from client_health.store.engine import Store
from client_health.store.runs import OPEN
from client_health.telemetry.causes import STORE

TRIES = 5  # each asks the source anew, so there is a limit
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
log = structlog.get_logger(__name__)


def perform_persistently(
    store: Store, settings: Settings, run_id: str, stop: threading.Event, clock: Callable[[], datetime]
) -> None:
    """Perform a run; where the store fails in mid-run, wait and perform it again.

    After `TRIES` such failures the run is closed as failed. Waiting for a store that does not answer has
    no limit: it costs nobody anything. Raises RunInterruptedError where the process is told to stop.
    """
    tries, reason = 0, ""
    for wait in _waits():
        try:
            with wait_for_turn(store, stop) as turn:
                if tries == TRIES:
                    told = f"given up after {tries} attempts: {reason}"
                    close_abandoned(store, [run_id], clock(), told, STORE)
                    return
                tries += 1
                done = perform(store, settings, run_id, turn, stop, clock=clock, reason=reason)
                if done.status not in OPEN or done.worker != turn.holder:
                    return
                reason = "another run took the turn"
        except StoreError as fault:
            reason = str(fault)
        log.warning("the run will be performed again", run_id=run_id, reason=reason, seconds=wait)
        if stop.wait(wait):
            raise RunInterruptedError("the process was told to stop")


def _waits() -> Iterator[float]:
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)
