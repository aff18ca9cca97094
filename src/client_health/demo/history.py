"""Telling the history as it happened: a day is lived, the night after it is scored."""

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from client_health.demo.world import World
from client_health.errors import StoreError
from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.jobs.lease import Lease
from client_health.settings.model import Settings
from client_health.store.engine import Store

AFTER_MIDNIGHT = timedelta(hours=2)  # when the nights of the history were scored


def last_days(last: date, count: int) -> list[date]:
    """So many days up to `last`, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def founded(path: Path, tenants: int, days: Sequence[date]) -> World:
    """The application as it stood before the first day; its caller closes it."""
    return World(path, tenants=tenants, first_day=days[0], days=len(days))


def happen(
    store: Store, settings: Settings, world: World, days: Sequence[date], tell: Callable[[int], None]
) -> None:
    """Live every day, and score the night after each but the last; `tell` hears how many are over."""
    hurried = _without_pauses(settings)
    with wait_for_turn(store, threading.Event()) as lease:
        for over, day in enumerate(days, start=1):
            world.live(day)
            if over < len(days):
                _score(store, hurried, day, lease)
            tell(over)


def _score(store: Store, settings: Settings, day: date, lease: Lease) -> None:
    """What the schedule does in the night, with a clock that stands at 02:00 of that night."""
    at = end_of_day(day, settings.zone) + AFTER_MIDNIGHT
    run, _ = requests.ask(store, settings, requests.night(settings, day, past=False), at)
    done = perform(store, settings, run.id, lease, threading.Event(), clock=_standing(at))
    if done.status != "completed":
        raise StoreError(f"the night of {day} {done.status}: {done.failure}")


def _standing(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _without_pauses(settings: Settings) -> Settings:
    assert settings.source is not None
    return settings.model_copy(update={"source": settings.source.model_copy(update={"pause_ms": 0})})
