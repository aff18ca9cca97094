"""What the portfolio counts, and what it can be narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from client_health.store.owners import in_order
from client_health.store.portfolio import Filters, conditions, joined, owner
from client_health.store.schema import owner_assignments, score_current, tenants

_LEVELS = ("HIGH", "MEDIUM", "LOW", "UNKNOWN", "UNKNOWN")
_WERE_HIGH = 4  # the place of tenants that are unknown now and were HIGH when last known
# Numbers, for they are compared faster than words.
_kind = sa.case(
    {level: place for place, level in enumerate(_LEVELS[:3])},
    value=score_current.c.risk_level,
    else_=sa.case((score_current.c.last_known_risk == "HIGH", _WERE_HIGH), else_=3),
)


@dataclass(frozen=True)
class Count:
    """How many tenants have this risk level and score.

    `is_own`: an owner who was asked for has them; `were_high`: too little is known now, and they were HIGH
    when last known.
    """

    is_own: bool
    risk_level: str
    overall: int | None
    tenants: int
    were_high: bool = False


@dataclass(frozen=True)
class Choices:
    """What active tenants have, in alphabetical order; industries once, whatever their case."""

    segments: list[str]
    industries: list[str]
    owners: list[str]
    has_arr: bool
    has_renewals: bool


def counts(connection: sa.Connection, filters: Filters, own: Sequence[str]) -> list[Count]:
    """The filtered tenants of all owners and risk levels, whatever the filters say of these two."""
    every = replace(filters, risk_level=None, owned_by=None)
    is_own = sa.case((owner.element.in_(own), 1), else_=0) if own else sa.literal(0)
    # What differs most comes first: SQLite sorts for a group by, column by column.
    alike: dict[str, sa.ColumnElement[Any]] = {
        "overall": score_current.c.overall,
        "kind": _kind,
        "own": is_own,
    }
    columns = [column.label(name) for name, column in alike.items()]
    query: sa.Select[Any] = sa.select(*columns, sa.func.count()).select_from(joined).where(*conditions(every))
    return [
        Count(bool(mine), _LEVELS[kind], score, count, kind == _WERE_HIGH)
        for score, kind, mine, count in connection.execute(query.group_by(*alike))
    ]


def choices(connection: sa.Connection) -> Choices:
    """What the filters offer, read in one pass."""
    named = (tenants.c.segment, tenants.c.industry, tenants.c.industry_key, owner)
    known = (tenants.c.arr.is_not(None), tenants.c.renewal_date.is_not(None))
    of_tenants = tenants.outerjoin(owner_assignments, owner_assignments.c.tenant == tenants.c.id)
    active = sa.select(*named, *known).select_from(of_tenants).where(tenants.c.is_active)
    kinds = connection.execute(active.distinct()).all()
    industries: dict[str, str] = {}
    for _, industry, key, *_ in kinds:
        if industry:
            industries[key] = min(industry, industries.get(key, industry))
    return Choices(
        in_order({segment for segment, *_ in kinds}),
        in_order(industries.values()),
        in_order({name for _, _, _, name, *_ in kinds}),
        any(has_arr for *_, has_arr, _ in kinds),
        any(has_renewal for *_, has_renewal in kinds),
    )
