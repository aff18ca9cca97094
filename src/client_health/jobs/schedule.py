"""The nightly schedule: a tick that queues every night that is due, each once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from client_health.jobs import requests
from client_health.jobs.nights import nights_due
from client_health.settings.model import Settings
from client_health.store import published_runs, runs
from client_health.store.engine import Store
from client_health.store.runs import Run

# Ticks of several workers take turns; the number only has to be the same everywhere.
_ADVISORY_KEY = 4_310_002


def tick(store: Store, settings: Settings, now: datetime, started_at: datetime) -> list[Run]:
    """Queue the nights that are due; returns the new runs, oldest first. Safe from several workers."""
    if settings.schedule.cron == "off":
        return []
    requests.ensure_scorecards(store, settings, now)
    with store.write() as connection:
        if store.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_KEY)))
        recent = runs.whole_fleet_since(
            connection, now.date() - timedelta(days=settings.schedule.catch_up + 2)
        )
        due = nights_due(
            settings.schedule.cron,
            settings.zone,
            now,
            recent,
            published_runs.first_day(connection),
            started_at,
            settings.schedule.catch_up,
        )
        answerable = any(query.past == "asked" for query in settings.usage.values())
        made = [
            runs.create(
                connection, requests.night(settings, night.day, night.past), now + timedelta(microseconds=n)
            )
            for n, night in enumerate(due)
            if answerable or not night.past
        ]
    return [run for run, is_new in made if is_new]
