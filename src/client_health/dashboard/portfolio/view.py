"""Everything that the portfolio shows, read in one go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from client_health.dashboard.charts.distribution import Bar, distribution
from client_health.dashboard.context import Visitor
from client_health.dashboard.portfolio.rows import PortfolioRow, portfolio_rows, versions_of
from client_health.dashboard.portfolio.state import State
from client_health.dashboard.portfolio.totals import LEVELS, Totals
from client_health.settings.model import Settings
from client_health.store import portfolio, portfolio_counts
from client_health.store.portfolio_counts import Choices

CHART_HEIGHT = 74.0


@dataclass(frozen=True)
class PortfolioView:
    """`day`: the date of the scores; `owns`: the visitor has tenants; `lookback`: days that the changes
    span, None where it differs."""

    state: State
    day: date
    choices: Choices
    totals: Totals
    bars: tuple[Bar, ...]
    rows: list[PortfolioRow]
    next_address: str | None
    lookback: int | None
    owns: bool


def own_names(names: Iterable[str], who: Visitor) -> tuple[str, ...]:
    """Of the owners' names those that mean the visitor: their name or display name, whatever the case."""
    called = {who.name.casefold(), who.display_name.casefold()}
    return tuple(name for name in names if name.casefold() in called)


def read_view(
    connection: sa.Connection, settings: Settings, asked: State, who: Visitor, day: date, now: datetime
) -> PortfolioView:
    """The portfolio of a fleet that has scores, as somebody asks to see it."""
    choices = portfolio_counts.choices(connection)
    own = own_names(choices.owners, who)
    state = asked.for_visitor(bool(own))
    filters = state.filters(own)
    page = portfolio.page(connection, filters, state.sort, state.page_size, state.cursor or None)
    totals = Totals(portfolio_counts.counts(connection, filters, own), state.mine == "1", state.risk)
    versions = versions_of(connection, page.rows)
    spans = {one.scorecard.trend.lookback_days for one in versions.values()}
    today = now.astimezone(settings.zone).date()
    return PortfolioView(
        state,
        day,
        choices,
        totals,
        _bars(totals),
        portfolio_rows(connection, page.rows, versions, day, today),
        state.url(cursor=page.next_cursor) if page.next_cursor else None,
        spans.pop() if len(spans) == 1 else None,
        bool(own),
    )


def _bars(totals: Totals) -> tuple[Bar, ...]:
    scored = [(one.overall, one.risk_level, one.tenants) for one in totals.shown if one.overall is not None]
    return distribution(scored, LEVELS, CHART_HEIGHT)
