"""Keeping the store in shape: partitions ahead of time, and what the settings let go of the past."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
import structlog

from client_health.errors import RunLostError
from client_health.instants import start_of_day
from client_health.jobs.attempt import RUN_LEASE
from client_health.jobs.lease import Lease
from client_health.jobs.old_months import OldMonth, old_months
from client_health.settings.model import Settings
from client_health.settings.retention import RetentionSettings
from client_health.store import audit, partitions, published_runs, retention, runs, scorecard_sets, scores
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.retention import Rows

AHEAD = timedelta(days=31)  # a month is made this long before its first night
BY_ITSELF = Actor("retention", "worker")
TURN_SECONDS = 60.0  # a worker's turn ends with the month after which so much is over
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Plan:
    """What goes: months, and the problems of runs from before `problems_before` (None: of none)."""

    months: list[OldMonth]
    problems_before: datetime | None


def plan(connection: sa.Connection, settings: Settings, rules: RetentionSettings) -> Plan:
    """What the rules let go of what is stored now."""
    days = scores.days_scored_at_all(connection, date.min, date.max)
    if not days:
        return Plan([], None)
    in_force = scorecard_sets.in_force(connection)
    cards = [version.scorecard for version in in_force.versions] if in_force else []
    lookback = max((card.trend.lookback_days for card in cards), default=0)
    months = old_months(days, published_runs.days(connection), rules, lookback)
    return Plan(months, start_of_day(days[-1] - timedelta(days=rules.daily_days), settings.zone))


def carry_out(
    store: Store, settings: Settings, rules: RetentionSettings, lease: Lease, by: Actor, now: datetime
) -> Iterator[tuple[OldMonth, Rows]]:
    """Drop what the rules let go, month by month, telling each; stop asking and the rest stays.

    The audit log keeps who dropped which month. The lease is the one under which runs are performed: neither
    gets in the other's way.
    """
    with store.read() as connection:
        found = plan(connection, settings, rules)
    for month in found.months:
        if lease.lost:
            raise RunLostError("somebody else took the turn; the rest is dropped the next time")
        rows = retention.drop(store, month.first, month.kept, month.dropped)
        with store.write() as connection:
            told = {"kept": month.kept and month.kept.isoformat(), "dates": len(month.dropped), **rows}
            audit.write(connection, by, "history.dropped", f"{month.first:%Y-%m}", now, **told)
        log.info("month rolled up", month=f"{month.first:%Y-%m}", kept=str(month.kept), **rows)
        yield month, rows
    if found.problems_before is not None:
        with store.write() as connection:
            retention.drop_problems(connection, found.problems_before)


def tend(store: Store, settings: Settings, now: datetime, must_stop: Callable[[], bool]) -> None:
    """What a worker does now and then: months ahead, and retention where something is to go.

    A run that waits for its turn comes first; the rest is done the next time.
    """
    today = now.astimezone(settings.zone).date()
    with store.write() as connection:
        partitions.ensure(connection, today, today + AHEAD)
    if settings.retention is None:
        return
    with store.read() as connection:
        found = plan(connection, settings, settings.retention)
        if not found.months and not _has_problems(connection, found):
            return
    turn = Lease(store, RUN_LEASE)
    if turn.acquire():
        with turn:
            until = time.monotonic() + TURN_SECONDS
            for _ in carry_out(store, settings, settings.retention, turn, BY_ITSELF, now):
                if must_stop() or time.monotonic() > until or _somebody_waits(store):
                    break


def _has_problems(connection: sa.Connection, found: Plan) -> bool:
    before = found.problems_before
    return before is not None and retention.old_problems(connection, before) > 0


def _somebody_waits(store: Store) -> bool:
    with store.read() as connection:
        return bool(runs.with_status(connection, ["queued"]))
