"""The explanation of one tenant's change between two dates, from stored measures and scorecards."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.errors import ConflictError, NotFoundError
from client_health.explanations.sentences import Figures
from client_health.scorecard.columns import Columns
from client_health.scorecard.explanation import Explanation, Side, explain
from client_health.scorecard.full_score import full_scores
from client_health.scorecard.remedy import Remedy, remedies
from client_health.store import earlier, history, portfolio, scorecards, usage
from client_health.store.history import View
from client_health.store.scorecards import PublishedScorecard

DEFAULT_SPAN = timedelta(days=7)
NEAR_DAYS = 45  # before a date, among which its score is nearly always found
Row = sa.Row[tuple[Any, ...]]


@dataclass(frozen=True)
class Dated:
    """One of the two dates: the stored score, its scorecard version, and the measures behind it."""

    row: Row
    published: PublishedScorecard
    columns: Columns

    @property
    def figures(self) -> Figures:
        """Known measures by name."""
        return {name: float(c[0]) for name, c in self.columns.values.items() if not np.isnan(c[0])}


@dataclass(frozen=True)
class TenantExplanation:
    """The change between two dates; `tenant` is its row of the portfolio."""

    tenant: Row
    before: Dated
    after: Dated
    explanation: Explanation


@dataclass(frozen=True)
class Advice:
    """What would change a score: the measures behind it, and for each component the change of its measure
    alone that would bring the component to 100 (`full`), and the tenant to LOW (`to_low`)."""

    figures: Figures
    full: list[Remedy]
    to_low: list[Remedy]


def advise(connection: sa.Connection, tenant: Row, score: Row | None = None) -> Advice:
    """Advice on a row of the portfolio that has a score, or on an earlier score of the same tenant.

    Raises ConflictError where the measures behind it are no longer stored.
    """
    now = _dated(connection, tenant.id, tenant.tenant_id, tenant if score is None else score)
    full = full_scores(now.published.scorecard, now.columns)
    return Advice(now.figures, full, _remedies(connection, tenant, now))


def to_low(connection: sa.Connection, told: TenantExplanation) -> list[Remedy]:
    """For each component, the change of its measure alone that would take the tenant to LOW from the second
    date."""
    return _remedies(connection, told.tenant, told.after)


def explain_tenant(
    connection: sa.Connection,
    tenant_id: str,
    first: date | None,
    last: date | None,
    view: View = "comparable",
) -> TenantExplanation:
    """Explain the change of a tenant's score.

    `last` is the latest score and `first` seven days before it unless told otherwise; where a date has no
    score, the latest one before it is taken, else the first one after it. Raises NotFoundError where the
    tenant has no scores, ConflictError where there is nothing to compare. `view` says which scores: under
    the scorecard now in force, or as they were reported, with what another version changed as a part.
    """
    current = portfolio.one(connection, tenant_id)
    if current is None:
        raise NotFoundError(f"there is no tenant {tenant_id!r}")
    if current.day is None:
        raise NotFoundError(f"the tenant {tenant_id!r} has no score yet")
    before, after = _ends(connection, current, first, last or current.day, view)
    if before.day >= after.day:
        raise ConflictError(f"the tenant {tenant_id!r} has no two scores to compare up to {after.day}")
    old, new = (_dated(connection, current.id, tenant_id, row) for row in (before, after))
    why = explain(Side(old.published.scorecard, old.columns), Side(new.published.scorecard, new.columns))
    if why is None or (why.score_from, why.score_to) != (before.overall, after.overall):
        raise ConflictError(
            f"the measures of {before.day} or {after.day} were changed after they were scored; "
            "score these dates again to explain them"
        )
    return TenantExplanation(current, old, new, why)


def _ends(
    connection: sa.Connection, current: Row, first: date | None, last: date, view: View
) -> tuple[Row, Row]:
    """The two scores to compare. Read around the two dates; the whole past only where that is not enough."""
    near = max(1, min(first or last, last).toordinal() - NEAR_DAYS)
    for begin in (date.fromordinal(near), date.min):
        found = history.of_tenant(connection, current.id, current.scorecard, begin, current.day)
        rows = [row for row in found.view(view) if row.overall is not None]
        if rows:
            after = _nearest(rows, last)
            wanted = after.day - DEFAULT_SPAN if first is None else first
            before = _nearest(rows, wanted)
            if before.day <= wanted or begin == date.min:
                return before, after
    raise ConflictError("there is no score to explain")


def _nearest(rows: list[Row], day: date) -> Row:
    before = [row for row in rows if row.day <= day]
    return before[-1] if before else rows[0]


def _dated(connection: sa.Connection, tenant: int, tenant_id: str, row: Row) -> Dated:
    published = scorecards.published(connection, row.scorecard)
    daily = next(usage.of_tenant(connection, tenant, tenant_id, row.day, row.day), None)
    if daily is None:
        raise ConflictError(f"the measures of {row.day} are no longer stored")
    values = {name: np.array([value]) for name, value in daily.measures.items()}
    stale = {name: np.array([age]) for name, age in daily.stale_days.items()}
    return Dated(row, published, Columns(1, values, stale))


def _remedies(connection: sa.Connection, tenant: Row, after: Dated) -> list[Remedy]:
    card, row = after.published, after.row
    found = earlier.oldest_within(
        connection,
        card.id,
        len(card.scorecard.components),
        [tenant.id],
        row.day,
        card.scorecard.trend.lookback_days,
    )
    age = np.nan if tenant.since is None else (row.as_of - tenant.since).total_seconds() / 86_400
    return remedies(card.scorecard, after.columns, age, found.baseline)
