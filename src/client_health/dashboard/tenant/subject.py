"""The tenant that a page is about: its latest score, the scores and measures before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.explanations.service import Row
from client_health.instants import end_of_day
from client_health.scorecard.breakdown import ComponentTold, breakdown
from client_health.settings.model import Settings
from client_health.store import history, portfolio, published_runs, scorecards, usage
from client_health.store.history import TenantHistory, View
from client_health.store.scorecards import PublishedScorecard
from client_health.store.usage import DailyMeasures

USAGE_DAYS = 90
LEAST_DAYS = 45  # of history that a page reads: enough to find a score of 30 days ago


@dataclass(frozen=True)
class Subject:
    """A tenant with a score. `last` is where its charts end: the fleet's newest score date."""

    row: Row
    published: PublishedScorecard
    versions: dict[int, PublishedScorecard]
    last: date
    history: TenantHistory
    view: View
    daily: Sequence[DailyMeasures]
    provisional: bool

    @property
    def scores(self) -> Sequence[Row]:
        """The scores in the chosen view, oldest first."""
        return self.history.view(self.view)

    @property
    def components(self) -> list[ComponentTold]:
        """The latest score taken apart."""
        return told(self.published, self.row)

    def measures_of(self, row: Row) -> DailyMeasures | None:
        """The measures behind a score, where they were read."""
        return next((one for one in reversed(self.daily) if one.day == row.day), None)

    def earlier(self, days: int) -> Row | None:
        """The score of so many days before the latest: of that date or the last one before it, else the
        first one after it; None where there is none but the latest."""
        day = self.row.day - timedelta(days=days)
        known = [row for row in self.scores if row.overall is not None and row.day < self.row.day]
        before = [row for row in known if row.day <= day]
        return before[-1] if before else known[0] if known else None

    def spans(self, wanted: Sequence[int]) -> list[tuple[int, Row | None]]:
        """The earlier scores of so many days ago, each once, with the days that really lie between."""
        found: dict[int, Row | None] = {}
        for days in wanted:
            then = self.earlier(days)
            found.setdefault(days if then is None else (self.row.day - then.day).days, then)
        return list(found.items())

    def told(self, row: Row) -> list[ComponentTold]:
        """An earlier score taken apart."""
        return told(self.versions[row.scorecard], row)


def told(published: PublishedScorecard, row: Row) -> list[ComponentTold]:
    """A stored score taken apart under its scorecard."""
    return breakdown(published.scorecard, row.component_scores, row.component_states)


def find_row(connection: sa.Connection, tenant_id: str) -> sa.Row[tuple[Any, ...]]:
    """A tenant, active or not, with or without a score; raises NotFoundError."""
    row = portfolio.one(connection, tenant_id)
    if row is None:
        raise NotFoundError(f"there is no tenant {tenant_id!r}")
    return row


def read_subject(
    connection: sa.Connection,
    settings: Settings,
    row: Row,
    dates: tuple[date, date],
    usage_first: date,
    view: View = "comparable",
) -> Subject:
    """A tenant that has a score, with its scores of some dates and its measures from `usage_first` on."""
    first, last = dates
    found = history.of_tenant(connection, row.id, row.scorecard, first, last)
    used = {row.scorecard, *(one.scorecard for one in (*found.comparable, *found.reported))}
    versions = {key: scorecards.published(connection, key) for key in used}
    daily = list(usage.of_tenant(connection, row.id, row.tenant_id, usage_first, last))
    provisional = row.as_of < end_of_day(row.day, settings.zone)
    return Subject(row, versions[row.scorecard], versions, last, found, view, daily, provisional)


def last_day(connection: sa.Connection, row: Row) -> date:
    """Where the charts of a tenant end: with the fleet's newest date, or its own last one if inactive."""
    own: date = row.day
    newest = published_runs.last_day(connection) if row.is_active else None
    return own if newest is None else max(own, newest)
