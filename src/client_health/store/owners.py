"""Who looks after a tenant: an owner assigned here comes before the one that the source tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.store import audit, portfolio
from client_health.store.audit import Actor
from client_health.store.schema import owner_assignments as table
from client_health.store.schema import tenants

LONGEST = 200


@dataclass(frozen=True)
class Ownership:
    """The owner of a tenant; `assigned_by` is None where it is the source's."""

    owner: str | None
    of_source: str | None
    assigned_by: str | None = None
    assigned_at: datetime | None = None


def of_tenant(connection: sa.Connection, tenant: int) -> Ownership:
    """Who owns a tenant, and who said so."""
    of_source = connection.scalar(sa.select(tenants.c.owner).where(tenants.c.id == tenant))
    row = connection.execute(sa.select(table).where(table.c.tenant == tenant)).one_or_none()
    if row is None:
        return Ownership(of_source, of_source)
    return Ownership(row.owner, of_source, row.assigned_by, row.assigned_at)


def assign(connection: sa.Connection, tenant: int, owner: str | None, by: Actor, at: datetime) -> Ownership:
    """Assign an owner; None or nothing but spaces takes the assignment back, and the source's counts."""
    name = _checked(owner)
    connection.execute(sa.delete(table).where(table.c.tenant == tenant))
    if name is not None:
        values = {"owner": name, "assigned_by": by.name, "assigned_at": at}
        connection.execute(sa.insert(table).values(tenant=tenant, **values))
    target = audit.tenant_id(connection, tenant)
    audit.write(connection, by, "owner.assigned", target, at, owner=name)
    return of_tenant(connection, tenant)


def names(connection: sa.Connection) -> list[str]:
    """Owners of the active tenants, each as it is written."""
    query = sa.select(portfolio.owner).select_from(portfolio.joined).where(tenants.c.is_active).distinct()
    return in_order(connection.scalars(query))


def in_order(names: Iterable[str | None]) -> list[str]:
    """Names in alphabetical order, whatever their case, without what is none."""
    return sorted((name for name in names if name), key=lambda name: (name.casefold(), name))


def _checked(owner: str | None) -> str | None:
    name = (owner or "").strip()
    if len(name) > LONGEST:
        raise UsageError(f"owner: a name has {LONGEST} characters at most")
    if not name.isprintable():
        raise UsageError("owner: a name is one line of plain text")
    return name or None
