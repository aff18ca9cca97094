"""Scores of some tenants on some dates: what a page of the portfolio draws and explains."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Any

import sqlalchemy as sa

from client_health.store.schema import health_scores as table
from client_health.store.scores import days_scored_at_all

Key = tuple[date, int, int]  # date, tenant, scorecard version


def by_day(
    connection: sa.Connection, scorecards: Mapping[int, int], last: date, days: int
) -> dict[int, list[int | None]]:
    """Each tenant's score on each of the `days` days up to `last`; None where there is none.

    `scorecards` maps tenants to the version now in force for them; a date that it has not scored is told as
    it was reported. Asked by the list of days: the table is clustered by day.
    """
    first = last - timedelta(days=days - 1)
    as_sent = sa.type_coerce(table.c.day, sa.String)  # SQLite's is text: a page would read 1,500 dates
    columns = (as_sent, table.c.tenant, table.c.scorecard, table.c.overall, table.c.is_reported)
    scored = days_scored_at_all(connection, first, last)
    places = {day.isoformat(): (day - first).days for day in scored}
    query = sa.select(*columns).where(table.c.day.in_(scored), table.c.tenant.in_(list(scorecards)))
    rows = connection.execute(query).all()
    reported = (row for row in rows if row.is_reported)
    in_force = (row for row in rows if row.scorecard == scorecards[row.tenant])
    found: dict[int, list[int | None]] = {tenant: [None] * days for tenant in scorecards}
    for day, tenant, _, overall, _ in chain(reported, in_force):  # the version in force has the last word
        found[tenant][places[str(day)]] = overall
    return found


def components(connection: sa.Connection, wanted: Collection[Key]) -> Mapping[Key, sa.Row[tuple[Any, ...]]]:
    """Component scores and states of exact dates, tenants and versions; without those that are not stored."""
    days, tenants = {day for day, _, _ in wanted}, {tenant for _, tenant, _ in wanted}
    columns = (table.c.day, table.c.tenant, table.c.scorecard, table.c.component_scores)
    query: sa.Select[Any] = sa.select(*columns, table.c.component_states, table.c.overall)
    query = query.where(table.c.day.in_(days), table.c.tenant.in_(tenants))
    found = {(row.day, row.tenant, row.scorecard): row for row in connection.execute(query)}
    return {key: found[key] for key in wanted if key in found}
