"""How the service stands: what the scores are of, when the next ones come, and what is wrong with these."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from client_health.instants import closed_day, last_midnight
from client_health.jobs.nights import OFF, first_missed, next_fire
from client_health.settings.model import Settings
from client_health.store import freshness, published_runs, runs, scores, tenants
from client_health.store.freshness import QueryFreshness, SourceFreshness
from client_health.store.runs import Run

PATIENCE = timedelta(hours=1)  # what a night may take before it is called late


@dataclass(frozen=True)
class StaleQuery:
    """A query whose latest figures are older than the scores that rest on them."""

    source: str
    query: QueryFreshness


@dataclass(frozen=True)
class Standing:
    """`day`: the date that the fleet's scores are of, None before the first ones.

    `late`: the first date that should have been scored since. `trouble`: the newest whole-fleet run, where it
    failed or was held back. `working`: a whole-fleet run that is queued or active.
    """

    tenants: int
    day: date | None
    published_at: datetime | None
    next_run: datetime | None
    late: date | None
    trouble: Run | None
    working: Run | None
    stale: Sequence[StaleQuery]


def score_day(connection: sa.Connection) -> date | None:
    """The date of the fleet's scores; None where there are none."""
    return published_runs.last_day(connection) or scores.newest_day(connection)


def standing(connection: sa.Connection, settings: Settings, now: datetime) -> Standing:
    """How things stand at an instant."""
    day = score_day(connection)
    published = None if day is None else published_runs.of_day(connection, day)
    return Standing(
        tenants.count_active(connection),
        day,
        published.finished_at if published else None,
        next_fire(settings.schedule.cron, settings.zone, now),
        _late(settings, day, now),
        _trouble(runs.last_ended(connection), day),
        next((run for run in runs.with_status(connection, ("queued", "active")) if run.kind == "all"), None),
        _stale(freshness.of_sources(connection, settings), day),
    )


def _late(settings: Settings, day: date | None, now: datetime) -> date | None:
    """The date after the scores' own, once its night is over; without a schedule, a whole day later."""
    if day is None:
        return None
    missed = day + timedelta(days=1)
    if settings.schedule.cron == OFF:
        return missed if closed_day(last_midnight(now, settings.zone), settings.zone) > missed else None
    fired = first_missed(settings.schedule.cron, settings.zone, day, now - PATIENCE)
    return None if fired is None else missed


def _trouble(run: Run | None, day: date | None) -> Run | None:
    """A run that ended without publishing, unless it was for a date before the scores' own."""
    if run is None or (day is not None and run.score_date < day):
        return None
    held_back = run.outcome == "suspicious" and not run.counts.get("accepted_by")
    return run if run.status == "failed" or held_back else None


def _stale(sources: Sequence[SourceFreshness], day: date | None) -> list[StaleQuery]:
    """Queries that answered for an earlier date than the scores'; one that nobody asked yet is not stale."""
    asked = [(source.name, query) for source in sources for query in source.queries if query.state]
    return [StaleQuery(source, query) for source, query in asked if day is not None and _is_stale(query, day)]


def _is_stale(query: QueryFreshness, day: date) -> bool:
    assert query.state is not None
    answered = query.state.succeeded_day
    return query.state.failure is not None or answered is None or answered < day
