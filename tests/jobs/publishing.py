"""Publishing scorecards in tests, and looking at what is stored afterwards."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa

from client_health.jobs import requests
from client_health.jobs.attempt import perform, silent, wait_for_turn
from client_health.jobs.watch import Listener
from client_health.scorecard.sets import ScorecardSet
from client_health.store import runs, scorecard_sets
from client_health.store.runs import Run
from client_health.store.schema import health_scores, score_current, tenants
from client_health.store.scorecard_sets import PublishedSet
from tests.cast import SCORECARD, TESTER, Service

# Tickets count more, and the trend is told from the day before.
OTHER = (
    SCORECARD.replace("weight = 0.6", "weight = 0.3")
    .replace("weight = 0.4", "weight = 0.7")
    .replace("[[0, 100], [10, 0]]", "[[0, 90], [4, 50], [20, 5]]")
    .replace("[risk]", "[trend]\nlookback_days = 2\ndeclining_below = -2\n[risk]\nhigh_below = 45")
)
Told = dict[tuple[Any, ...], dict[str, Any]]
OWN = {"calculated_at", "is_reported", "scorecard"}  # what may differ from scores under it from the start


def ask(service: Service, cards: ScorecardSet, expected: int | None = None, note: str | None = None) -> Run:
    """Queue the publication of a set, as the API does."""
    queued = requests.publish(service.store, cards, "request", TESTER, service.clock(), note, expected)
    assert queued is not None
    return queued[1]


def work(service: Service, run: Run, listener: Listener = silent, stop: threading.Event | None = None) -> Run:
    """Perform a queued run here."""
    stop = stop or threading.Event()
    with wait_for_turn(service.store, threading.Event()) as lease:
        return perform(service.store, service.settings, run.id, lease, stop, listener, clock=service.clock)


def publish(service: Service, cards: ScorecardSet) -> PublishedSet:
    """Publish a set to its end; returns what is in force then."""
    done = work(service, ask(service, cards))
    assert (done.status, done.outcome, done.failure) == ("completed", "clean", None)
    return in_force(service)


def in_force(service: Service) -> PublishedSet:
    with service.store.read() as connection:
        found = scorecard_sets.in_force(connection)
    assert found is not None
    return found


def at_percent(percent: int, act: Callable[[], Any]) -> Listener:
    """A listener that does something once, when a run has come so far."""
    done = []

    def listen(reached: int, stage: str, counts: dict[str, Any]) -> None:
        if reached >= percent and not done:
            done.append(True)
            act()

    return listen


def cancel(service: Service, run: Run) -> None:
    with service.store.write() as connection:
        runs.cancel(connection, run.id, TESTER, service.clock())


def rows(service: Service, table: sa.Table, *conditions: Any) -> list[str]:
    """Rows as text, to compare them byte for byte."""
    with service.store.read() as connection:
        query = sa.select(table).where(*conditions).order_by(*table.primary_key.columns)
        return [str(row) for row in connection.execute(query)]


def told(service: Service, table: sa.Table = health_scores, *scorecards: int) -> Told:
    """Scores by tenant and date in plain values, without what says when and by which version."""
    with service.store.read() as connection:
        query = sa.select(tenants.c.tenant_id, table).join(tenants, tenants.c.id == table.c.tenant)
        if scorecards:
            query = query.where(table.c.scorecard.in_(scorecards))
        found = connection.execute(query).all()
    return {
        (row.tenant_id, row.day): {
            name: value.tobytes() if name == "component_scores" else value
            for name, value in row._mapping.items()
            if name not in OWN and name != "tenant"
        }
        for row in found
    }


def current(service: Service) -> Told:
    """The current scores in plain values."""
    return told(service, score_current)


def dates(service: Service, scorecard: int) -> list[date]:
    """Dates that hold scores under a version."""
    with service.store.read() as connection:
        query = sa.select(health_scores.c.day).where(health_scores.c.scorecard == scorecard)
        return list(connection.scalars(query.distinct().order_by(health_scores.c.day)))


def reported(service: Service) -> dict[tuple[str, date], int]:
    """The version under which each tenant's score of each date was first told."""
    with service.store.read() as connection:
        query = sa.select(tenants.c.tenant_id, health_scores.c.day, health_scores.c.scorecard)
        query = query.join(tenants, tenants.c.id == health_scores.c.tenant).where(health_scores.c.is_reported)
        found = [tuple(row) for row in connection.execute(query)]
    assert len({row[:2] for row in found}) == len(found), "a date is first told once"
    return {row[:2]: row[2] for row in found}
