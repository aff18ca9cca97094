"""The rows of the list: score, change, line of 30 days, main driver, and what is not fresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from client_health.dashboard.charts.sparkline import Spark, sparkline
from client_health.dashboard.tenant.address import tenant_address
from client_health.explanations.drivers import Driver, Row, main_drivers
from client_health.scorecard.breakdown import FreshnessWord, breakdown
from client_health.store import recent_scores, scorecards
from client_health.store.scorecards import PublishedScorecard

DAYS = 30
SOON = 60  # days: a renewal that is near
SPARK_WIDTH, SPARK_HEIGHT = 84, 22


@dataclass(frozen=True)
class PortfolioRow:
    """A tenant in the list. `own_day`: the date of its score, if not the fleet's. `compared`: the
    days that its change spans, if not those that its scorecard looks back. `renews_in`: days."""

    tenant: Row
    address: str
    spark: Spark
    spark_words: str
    driver: Driver | None
    stale: list[str]
    missing: list[str]
    own_day: date | None
    compared: int | None
    renews_in: int | None

    @property
    def renews_soon(self) -> bool:
        """Whether the renewal is near, or over and nobody has noted a new one."""
        return self.renews_in is not None and self.renews_in <= SOON

    @property
    def was_critical(self) -> date | None:
        """When it was last known to be at high risk, where too little is known now."""
        was_high = self.tenant.risk_level == "UNKNOWN" and self.tenant.last_known_risk == "HIGH"
        found: date | None = self.tenant.last_known_day if was_high else None
        return found


def portfolio_rows(
    connection: sa.Connection,
    found: Sequence[Row],
    versions: Mapping[int, PublishedScorecard],
    day: date,
    today: date,
) -> list[PortfolioRow]:
    """Rows of the store with what is drawn and said beside them; `day` is the fleet's score date."""
    scored = {row.id: row.scorecard for row in found if row.day is not None}
    last = max([day, *(row.day for row in found if row.day is not None)])
    lines = recent_scores.by_day(connection, scored, last, DAYS) if scored else {}
    drivers = main_drivers(connection, found, versions)
    return [
        PortfolioRow(
            row,
            tenant_address(row.tenant_id),
            sparkline(lines.get(row.id, []), SPARK_WIDTH, SPARK_HEIGHT),
            _line_in_words(lines.get(row.id, [])),
            drivers.get(row.id),
            *not_fresh(row, versions),
            row.day if row.day not in {None, day} else None,
            _compared(row, versions),
            None if row.renewal_date is None else (row.renewal_date - today).days,
        )
        for row in found
    ]


def _compared(row: Row, versions: Mapping[int, PublishedScorecard]) -> int | None:
    if row.change is None or row.baseline_day is None:
        return None
    days: int = (row.day - row.baseline_day).days
    return None if days == versions[row.scorecard].scorecard.trend.lookback_days else days


def _line_in_words(scores: Sequence[int | None]) -> str:
    known = [score for score in scores if score is not None]
    if not known:
        return "no scores"
    return f"{DAYS} days: from {known[0]} to {known[-1]}, lowest {min(known)}, highest {max(known)}"


def versions_of(connection: sa.Connection, found: Sequence[Row]) -> dict[int, PublishedScorecard]:
    """The scorecards that these rows were scored under, by their keys."""
    used = {row.scorecard for row in found if row.scorecard is not None}
    return {key: scorecards.published(connection, key) for key in used}


def not_fresh(row: Row, versions: Mapping[int, PublishedScorecard]) -> tuple[list[str], list[str]]:
    """Names of the components whose figures are stale, and of those that have none."""
    if row.day is None or row.confidence == 1:
        return [], []
    card = versions[row.scorecard].scorecard
    told = breakdown(card, row.component_scores, row.component_states)

    def names(word: FreshnessWord) -> list[str]:
        return [one.component.name for one in told if one.freshness == word]

    return names("stale"), names("missing")
