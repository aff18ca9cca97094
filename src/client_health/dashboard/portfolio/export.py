"""The portfolio as CSV: every tenant that the filters leave, on all pages."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from client_health.dashboard.portfolio.rows import not_fresh, versions_of
from client_health.dashboard.portfolio.state import State
from client_health.explanations.drivers import Driver, Row, main_drivers
from client_health.spreadsheet import csv_lines
from client_health.store import portfolio
from client_health.store.engine import Store

COLUMNS = (
    "tenant_id",
    "name",
    "slug",
    "segment",
    "industry",
    "employee_count",
    "owner",
    "arr",
    "renewal_date",
    "score_date",
    "score",
    "risk_level",
    "risk_reason",
    "change",
    "baseline_date",
    "baseline_score",
    "trend",
    "main_driver",
    "main_driver_points",
    "confidence",
    "stale",
    "missing",
    "last_known_risk_level",
    "last_known_risk_date",
    "alert_level",
)
_AS_STORED = (
    "tenant_id",
    "name",
    "slug",
    "segment",
    "industry",
    "employee_count",
    "owner",
    "arr",
    "renewal_date",
    "risk_reason",
    "change",
    "baseline_score",
    "trend",
    "confidence",
    "alert_level",
)
_AT_ONCE = 1000
_BYTE_ORDER_MARK = "\ufeff"  # without it, a spreadsheet takes UTF-8 for something else


def portfolio_csv(store: Store, state: State, own: tuple[str, ...]) -> Iterator[str]:
    """Blocks of lines in the order of the list, read as they are asked for: a large fleet needs no memory.

    No connection is kept between two blocks: whoever reads slowly keeps nobody from the store.
    """
    yield _BYTE_ORDER_MARK
    lines = csv_lines(COLUMNS, _rows(store, state, own))
    while block := "".join(islice(lines, _AT_ONCE)):  # line by line, sending takes longer than reading
        yield block


def _rows(store: Store, state: State, own: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        with store.read() as connection:
            page = portfolio.page(connection, state.filters(own), state.sort, _AT_ONCE, cursor)
            versions = versions_of(connection, page.rows)
            drivers = main_drivers(connection, page.rows, versions)
        for row in page.rows:
            yield _row(row, drivers.get(row.id), *not_fresh(row, versions))
        cursor = page.next_cursor
        if cursor is None:
            return


def _row(row: Row, driver: Driver | None, stale: list[str], missing: list[str]) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in _AS_STORED}
    moved = driver is not None and driver.component is not None
    return same | {
        "risk_level": row.risk_level or "UNKNOWN",
        "score_date": row.day,
        "score": row.overall,
        "baseline_date": row.baseline_day,
        "main_driver": driver.component if driver else None,
        "main_driver_points": round(driver.points, 2) if driver and moved else None,
        "stale": ", ".join(stale),
        "missing": ", ".join(missing),
        "last_known_risk_level": row.last_known_risk,
        "last_known_risk_date": row.last_known_day,
    }
