"""What went wrong in a run, kept with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from client_health.store.bulk import merge
from client_health.store.schema import run_problems as table
from client_health.store.schema import tenants
from client_health.usage.problems import Problem

KEPT = 10_000  # problems of one run that are kept; all are counted


def write(connection: sa.Connection, run_id: str, problems: Sequence[Problem]) -> None:
    """Replace a run's problems by these: errors first, at most KEPT of them."""
    connection.execute(sa.delete(table).where(table.c.run_id == run_id))
    ordered = sorted(problems, key=lambda problem: problem.severity)[:KEPT]
    rows = (
        (run_id, number, p.severity, p.query, p.tenant_id, p.column, p.message)
        for number, p in enumerate(ordered)
    )
    merge(connection, table, [column.name for column in table.c], rows)


def of_run(connection: sa.Connection, run_id: str, limit: int = KEPT) -> list[Problem]:
    """A run's problems in order, errors first."""
    query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.number).limit(limit)
    return [
        Problem(row.severity, row.message, row.query, row.tenant_id, row.column)
        for row in connection.execute(query)
    ]


@dataclass(frozen=True)
class QueryProblems:
    """What one query (None: no query) cost: counts, how many tenants, and what the first one says."""

    query: str | None
    errors: int
    notices: int
    tenants: int
    first: str


@dataclass(frozen=True)
class TenantProblems:
    """What went wrong with one tenant; `name` is None where the store does not know it."""

    tenant_id: str
    name: str | None
    problems: Sequence[Problem]


def by_query(connection: sa.Connection, run_id: str) -> list[QueryProblems]:
    """A run's problems counted by query, those with most errors first."""
    own = table.c
    errors = sa.func.sum(sa.case((own.severity == "error", 1), else_=0)).label("errors")
    first = sa.func.min(own.number).label("first")
    tenants_hit = sa.func.count(sa.distinct(own.tenant_id)).label("tenants")
    query = (
        sa.select(own.query, errors, sa.func.count().label("all"), tenants_hit, first)
        .where(own.run_id == run_id)
        .group_by(own.query)
        .order_by(errors.desc(), first)
    )
    rows = connection.execute(query).all()
    wanted = sa.select(own.number, own.message).where(
        own.run_id == run_id, own.number.in_([row.first for row in rows])
    )
    messages = {row.number: row.message for row in connection.execute(wanted)}
    return [
        QueryProblems(row.query, row.errors, row.all - row.errors, row.tenants, messages[row.first])
        for row in rows
    ]


def by_tenant(connection: sa.Connection, run_id: str, limit: int) -> tuple[list[TenantProblems], int]:
    """A run's problems by tenant, errors first, of at most `limit` tenants; and how many there are."""
    own, first = table.c, sa.func.min(table.c.number)
    hit = sa.select(own.tenant_id).where(own.run_id == run_id, own.tenant_id.is_not(None))
    ids = connection.scalars(hit.group_by(own.tenant_id).order_by(first)).all()
    shown = [str(tenant_id) for tenant_id in ids[:limit]]
    query = (
        sa.select(table, tenants.c.name.label("tenant_name"))
        .outerjoin(tenants, tenants.c.tenant_id == own.tenant_id)
        .where(own.run_id == run_id, own.tenant_id.in_(shown))
        .order_by(own.number)
    )
    found: dict[str, TenantProblems] = {}
    for row in connection.execute(query):
        problem = Problem(row.severity, row.message, row.query, row.tenant_id, row.column)
        before = found.get(row.tenant_id, TenantProblems(row.tenant_id, row.tenant_name, ()))
        found[row.tenant_id] = replace(before, problems=(*before.problems, problem))
    return list(found.values()), len(ids)
