"""Lists of tenants with their current scores: search, filter, sort, pages, counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from client_health.store import cursors
from client_health.store.alert_levels import DEFAULT as DEFAULT_ALERT_LEVEL
from client_health.store.schema import alert_levels, owner_assignments, score_current, tenants
from client_health.store.tenants import folded

Sort = Literal[
    "score",
    "-score",
    "name",
    "-name",
    "change",
    "-change",
    "confidence",
    "-confidence",
    "arr",
    "-arr",
    "renewal",
    "-renewal",
]
# Where a tenant without a figure stands: behind all others, upwards and downwards.
_LAST: dict[type, tuple[Any, Any]] = {float: (1e15, -1e15), date: (date.max, date.min)}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None: not narrowed."""

    search: str | None = None
    risk_level: str | None = None
    trend: str | None = None
    segment: str | None = None
    industry: str | None = None
    owner: str | None = None
    alert_level: str | None = None
    owned_by: tuple[str, ...] | None = None  # any of these owners


@dataclass(frozen=True)
class Page:
    """Rows of tenants joined with their current scores, and where the next page begins."""

    rows: Sequence[sa.Row[tuple[Any, ...]]]
    next_cursor: str | None


owner = sa.func.coalesce(owner_assignments.c.owner, tenants.c.owner).label("owner")
risk_level = sa.func.coalesce(score_current.c.risk_level, "UNKNOWN")
joined = (
    tenants.outerjoin(score_current, score_current.c.tenant == tenants.c.id)
    .outerjoin(alert_levels, alert_levels.c.tenant == tenants.c.id)
    .outerjoin(owner_assignments, owner_assignments.c.tenant == tenants.c.id)
)
_change = (score_current.c.overall - score_current.c.baseline_score).label("change")
_level = sa.func.coalesce(alert_levels.c.level, DEFAULT_ALERT_LEVEL).label("alert_level")
_ROWS: sa.Select[Any] = sa.select(
    *(column for column in tenants.c if column.name != "owner"),
    owner,
    *(column for column in score_current.c if column.name != "tenant"),
    _change,
    _level,
).select_from(joined)
# Asked with every score: put together once, for that takes as long as the answer.
_ONE: sa.Select[Any] = _ROWS.where(tenants.c.tenant_id == sa.bindparam("wanted"))
_SORTS: dict[str, tuple[sa.ColumnElement[Any], type]] = {
    "score": (score_current.c.overall, float),
    "change": (score_current.c.overall - score_current.c.baseline_score, float),
    "confidence": (score_current.c.confidence, float),
    "name": (sa.func.lower(tenants.c.name), str),
    "arr": (tenants.c.arr, float),
    "renewal": (tenants.c.renewal_date, date),
}


def page(
    connection: sa.Connection,
    filters: Filters,
    sort: Sort = "score",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Active tenants in order; `cursor` is what an earlier page returned for the same order."""
    key, descending = _sort_key(sort)
    query = _ROWS.add_columns(key.label("sort_key")).where(*conditions(filters)).limit(limit + 1)
    order = key.desc() if descending else key.asc()
    query = query.order_by(order, tenants.c.tenant_id)
    if cursor is not None:
        query = query.where(
            _after(key, descending, *cursors.decode(cursor, sort, _SORTS[sort.lstrip("-")][1]))
        )
    found = connection.execute(query).all()
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], None if last is None else cursors.encode(sort, last.sort_key, last.tenant_id))


def summary(connection: sa.Connection, filters: Filters) -> dict[str, dict[str, int]]:
    """How many of the filtered tenants have each risk level and each trend."""
    trend = sa.func.coalesce(score_current.c.trend, "UNKNOWN")
    query = sa.select(risk_level, trend, sa.func.count()).select_from(joined).where(*conditions(filters))
    counts: dict[str, Counter[str]] = {"risk_level": Counter(), "trend": Counter()}
    for level, direction, tenants_alike in connection.execute(query.group_by(risk_level, trend)):
        counts["risk_level"][level] += tenants_alike
        counts["trend"][direction] += tenants_alike
    return {name: dict(found) for name, found in counts.items()}


def high_risk(connection: sa.Connection) -> Sequence[sa.Row[tuple[Any, ...]]]:
    """Active tenants at HIGH, worst first; also UNKNOWN ones that were HIGH when last known."""
    current = score_current.c
    was_high = sa.and_(current.risk_level == "UNKNOWN", current.last_known_risk == "HIGH")
    query = _ROWS.where(tenants.c.is_active, sa.or_(current.risk_level == "HIGH", was_high))
    return connection.execute(query.order_by(_sort_key("score")[0], tenants.c.tenant_id)).all()


def one(connection: sa.Connection, tenant_id: str) -> sa.Row[tuple[Any, ...]] | None:
    """One tenant with its current score, active or not; None where there is no such tenant."""
    return connection.execute(_ONE, {"wanted": tenant_id}).one_or_none()


def conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What the filters ask of the rows of `joined`."""
    wanted: list[sa.ColumnElement[bool]] = [tenants.c.is_active]
    if filters.search:
        wanted.append(tenants.c.search_text.contains(folded(filters.search), autoescape=True))
    equal: list[tuple[str | None, sa.ColumnElement[Any]]] = [
        (filters.risk_level, risk_level),
        (filters.trend, score_current.c.trend),
        (filters.segment, tenants.c.segment),
        (filters.owner, owner.element),
        (filters.alert_level, sa.func.coalesce(alert_levels.c.level, DEFAULT_ALERT_LEVEL)),
    ]
    wanted += [column == value for value, column in equal if value is not None]
    if filters.industry is not None:
        wanted.append(tenants.c.industry_key == folded(filters.industry))
    if filters.owned_by is not None:
        wanted.append(owner.element.in_(filters.owned_by))
    return wanted


def _sort_key(sort: Sort) -> tuple[sa.ColumnElement[Any], bool]:
    descending = sort.startswith("-")
    column, kind = _SORTS[sort.lstrip("-")]
    return sa.func.coalesce(column, _LAST[kind][descending]) if kind in _LAST else column, descending


def _after(
    key: sa.ColumnElement[Any], descending: bool, value: Any, tenant_id: str
) -> sa.ColumnElement[bool]:
    beyond = key < value if descending else key > value
    return sa.or_(beyond, sa.and_(key == value, tenants.c.tenant_id > tenant_id))
