"""What the portfolio counts, and what it can be narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from client_health.store import owners
from client_health.store.portfolio import Filters, conditions, joined, owner, risk_level
from client_health.store.schema import score_current, tenants


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
    is_own = sa.case((owner.element.in_(own), 1), else_=0)
    were_high = sa.case(
        (sa.and_(risk_level == "UNKNOWN", score_current.c.last_known_risk == "HIGH"), 1), else_=0
    )
    alike = (is_own, risk_level, score_current.c.overall, were_high)
    query = sa.select(*alike, sa.func.count()).select_from(joined).where(*conditions(every)).group_by(*alike)
    return [
        Count(bool(mine), level, score, count, bool(high))
        for mine, level, score, high, count in connection.execute(query)
    ]


def choices(connection: sa.Connection) -> Choices:
    """What the filters offer."""
    segments = connection.scalars(sa.select(tenants.c.segment).where(tenants.c.is_active).distinct())
    industries = sa.select(sa.func.min(tenants.c.industry)).where(tenants.c.is_active)
    arr, renewals = connection.execute(
        sa.select(sa.func.count(tenants.c.arr), sa.func.count(tenants.c.renewal_date)).where(
            tenants.c.is_active
        )
    ).one()
    return Choices(
        _named(segments),
        _named(connection.scalars(industries.group_by(tenants.c.industry_key))),
        owners.names(connection),
        bool(arr),
        bool(renewals),
    )


def _named(values: sa.ScalarResult[str | None]) -> list[str]:
    return sorted((value for value in values if value), key=lambda name: (name.casefold(), name))
