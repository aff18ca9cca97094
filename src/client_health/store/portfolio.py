"""Lists of tenants with their current scores: search, filter, sort, pages, counts."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.store.alert_levels import DEFAULT as DEFAULT_ALERT_LEVEL
from client_health.store.schema import alert_levels, score_current, tenants
from client_health.store.tenants import folded

Sort = Literal["score", "-score", "name", "-name", "change", "-change", "confidence", "-confidence"]
_LAST = 1_000_000.0  # where a tenant without a figure stands: behind all others, in both directions


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


@dataclass(frozen=True)
class Page:
    """Rows of tenants joined with their current scores, and where the next page begins."""

    rows: Sequence[sa.Row[tuple[Any, ...]]]
    next_cursor: str | None


_change = (score_current.c.overall - score_current.c.baseline_score).label("change")
_level = sa.func.coalesce(alert_levels.c.level, DEFAULT_ALERT_LEVEL).label("alert_level")
_joined = tenants.outerjoin(score_current, score_current.c.tenant == tenants.c.id).outerjoin(
    alert_levels, alert_levels.c.tenant == tenants.c.id
)
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "score": score_current.c.overall,
    "change": score_current.c.overall - score_current.c.baseline_score,
    "confidence": score_current.c.confidence,
    "name": sa.func.lower(tenants.c.name),
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
    query = _select().add_columns(key.label("sort_key")).where(*_conditions(filters)).limit(limit + 1)
    order = key.desc() if descending else key.asc()
    query = query.order_by(order, tenants.c.tenant_id)
    if cursor is not None:
        query = query.where(_after(key, descending, *_decode(cursor, sort)))
    found = connection.execute(query).all()
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], None if last is None else _encode(sort, last.sort_key, last.tenant_id))


def summary(connection: sa.Connection, filters: Filters) -> dict[str, dict[str, int]]:
    """How many of the filtered tenants have each risk level and each trend."""
    counts: dict[str, dict[str, int]] = {}
    for name in ("risk_level", "trend"):
        column = sa.func.coalesce(score_current.c[name], "UNKNOWN")
        query = sa.select(column, sa.func.count()).select_from(_joined).where(*_conditions(filters))
        counts[name] = {row[0]: row[1] for row in connection.execute(query.group_by(column))}
    return counts


def high_risk(connection: sa.Connection) -> Sequence[sa.Row[tuple[Any, ...]]]:
    """Active tenants at HIGH, worst first; also UNKNOWN ones that were HIGH when last known."""
    current = score_current.c
    was_high = sa.and_(current.risk_level == "UNKNOWN", current.last_known_risk == "HIGH")
    query = _select().where(tenants.c.is_active, sa.or_(current.risk_level == "HIGH", was_high))
    worst = sa.func.coalesce(current.overall, _LAST)
    return connection.execute(query.order_by(worst, tenants.c.tenant_id)).all()


def one(connection: sa.Connection, tenant_id: str) -> sa.Row[tuple[Any, ...]] | None:
    """One tenant with its current score, active or not; None where there is no such tenant."""
    return connection.execute(_select().where(tenants.c.tenant_id == tenant_id)).one_or_none()


def _select() -> sa.Select[Any]:
    scores = [column for column in score_current.c if column.name != "tenant"]
    return sa.select(tenants, *scores, _change, _level).select_from(_joined)


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [tenants.c.is_active]
    if filters.search:
        conditions.append(tenants.c.search_text.contains(folded(filters.search), autoescape=True))
    equal: list[tuple[str | None, sa.ColumnElement[Any]]] = [
        (filters.risk_level, sa.func.coalesce(score_current.c.risk_level, "UNKNOWN")),
        (filters.trend, score_current.c.trend),
        (filters.segment, tenants.c.segment),
        (filters.owner, tenants.c.owner),
        (filters.alert_level, sa.func.coalesce(alert_levels.c.level, DEFAULT_ALERT_LEVEL)),
    ]
    conditions += [column == value for value, column in equal if value is not None]
    if filters.industry is not None:
        conditions.append(tenants.c.industry_key == folded(filters.industry))
    return conditions


def _sort_key(sort: Sort) -> tuple[sa.ColumnElement[Any], bool]:
    descending, name = sort.startswith("-"), sort.lstrip("-")
    if name == "name":
        return _SORTS[name], descending
    last = -_LAST if descending else _LAST
    return sa.func.coalesce(_SORTS[name], last), descending


def _after(
    key: sa.ColumnElement[Any], descending: bool, value: Any, tenant_id: str
) -> sa.ColumnElement[bool]:
    beyond = key < value if descending else key > value
    return sa.or_(beyond, sa.and_(key == value, tenants.c.tenant_id > tenant_id))


def _encode(sort: Sort, value: Any, tenant_id: str) -> str:
    plain = value if isinstance(value, str) else float(value)
    return base64.urlsafe_b64encode(json.dumps([sort, plain, tenant_id]).encode()).decode().rstrip("=")


def _decode(cursor: str, sort: Sort) -> tuple[Any, str]:
    try:
        stored, value, tenant_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        expected = str if sort.lstrip("-") == "name" else float
        if stored == sort and isinstance(value, expected) and isinstance(tenant_id, str):
            str(value).encode() + tenant_id.encode()  # lone surrogates cannot be bound
            if "\0" not in f"{value}{tenant_id}":
                return value, tenant_id
    except (ValueError, TypeError, binascii.Error):
        pass
    raise UsageError("cursor: not one that an earlier page with the same sort returned")
