"""Tenants: external ids to surrogate keys, attributes, and who is active."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.errors import NotFoundError
from client_health.scorecard.components import Bools
from client_health.scorecard.sets import Attributes
from client_health.store.bulk import merge
from client_health.store.raw_rows import chunks
from client_health.store.schema import tenants as table
from client_health.store.types import Floats
from client_health.usage.tenants import ATTRIBUTES, Tenant

NO_KEY = -1  # a tenant that the store does not know yet
_FIND = sa.select(table).where(table.c.tenant_id == sa.bindparam("wanted"))


@dataclass(frozen=True)
class StoredTenant:
    """A tenant as the store knows it."""

    id: int
    tenant_id: str
    name: str
    slug: str | None
    since: datetime | None
    segment: str | None
    industry: str | None
    employee_count: int | None
    owner: str | None
    arr: float | None
    renewal_date: date | None
    is_active: bool


def sync(connection: sa.Connection, tenants: Sequence[Tenant], whole_fleet: bool) -> list[int]:
    """Write the tenants and return their surrogate keys in order.

    With `whole_fleet`, tenants that are not among them become inactive.
    """
    ids = add_missing(connection, tenants)
    columns = ("id", "tenant_id", *ATTRIBUTES, "industry_key", "search_text", "is_active")
    rows = (
        (key, tenant.tenant_id, *(getattr(tenant, name) for name in ATTRIBUTES), *_folded(tenant), True)
        for key, tenant in zip(ids, tenants, strict=True)
    )
    merge(connection, table, columns, rows)
    if whole_fleet:
        gone = np.setdiff1d(active_keys(connection), ids).tolist()
        if gone:
            connection.execute(
                sa.update(table).where(table.c.id == sa.bindparam("gone")).values(is_active=False),
                [{"gone": key} for key in gone],
            )
    return ids


def add_missing(connection: sa.Connection, tenants: Sequence[Tenant]) -> list[int]:
    """Surrogate keys in order; tenants that are new are added, inactive as yet, the others left alone."""
    ids = [tenant.tenant_id for tenant in tenants]
    found = keys_of(connection, ids)
    fresh = np.flatnonzero(found == NO_KEY).tolist()
    if fresh:
        rows = ((tenants[place].tenant_id, tenants[place].name, False) for place in fresh)
        merge(connection, table, ("tenant_id", "name", "is_active"), rows)
        found = keys_of(connection, ids)
    ordered: list[int] = found.tolist()
    return ordered


def folded(text: str) -> str:
    """Text as it is compared where case does not matter."""
    return text.casefold()


def _folded(tenant: Tenant) -> tuple[str | None, str]:
    searched = "\n".join((tenant.name, tenant.slug or "", tenant.tenant_id))
    return folded(tenant.industry) if tenant.industry else None, folded(searched)


def keys_of(connection: sa.Connection, ids: Sequence[str]) -> NDArray[np.int64]:
    """Surrogate keys in the order of external ids, NO_KEY where there is no such tenant."""
    places = {tenant_id: place for place, tenant_id in enumerate(ids)}
    found = np.full(len(ids), NO_KEY)
    for rows in chunks(connection, "select tenant_id, id from tenants"):
        for tenant_id, key in rows:
            place = places.get(tenant_id)
            if place is not None:
                found[place] = key
    return found


def active_keys(connection: sa.Connection) -> NDArray[np.int64]:
    """Surrogate keys of the active tenants."""
    found = chunks(connection, "select id from tenants where is_active")
    return np.array([key for rows in found for (key,) in rows], dtype=np.int64)


def count_active(connection: sa.Connection) -> int:
    """How many tenants are active."""
    return int(connection.scalar(sa.select(sa.func.count()).where(table.c.is_active)) or 0)


def count_others(connection: sa.Connection, ids: Collection[str]) -> int:
    """How many active tenants have none of these external ids."""
    found = chunks(connection, "select tenant_id from tenants where is_active")
    return sum(tenant_id not in ids for rows in found for (tenant_id,) in rows)


def names(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Names by external id, of those of these tenants that are known."""
    query = sa.select(table.c.tenant_id, table.c.name).where(table.c.tenant_id.in_(ids))
    return {row.tenant_id: row.name for row in connection.execute(query)}


def find(connection: sa.Connection, tenant_id: str) -> StoredTenant:
    """One tenant by its external id; raises NotFoundError."""
    row = connection.execute(_FIND, {"wanted": tenant_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no tenant {tenant_id!r}")
    return _stored(row)


def all_tenants(connection: sa.Connection) -> list[StoredTenant]:
    """Every tenant, inactive ones too, by external id."""
    rows = connection.execute(sa.select(table).order_by(table.c.tenant_id))
    return [_stored(row) for row in rows]


def _stored(row: sa.Row[tuple[object, ...]]) -> StoredTenant:
    return StoredTenant(**{field.name: row._mapping[field.name] for field in fields(StoredTenant)})


@dataclass(frozen=True)
class TenantColumns:
    """All tenants as columns, by surrogate key in ascending order; `since` in seconds since 1970."""

    keys: NDArray[np.int64]
    ids: Sequence[str]
    names: Sequence[str]
    attributes: Attributes
    since: Floats
    active: Bools

    @property
    def active_ids(self) -> list[str]:
        """Ids of the active tenants."""
        return [self.ids[place] for place in np.flatnonzero(self.active).tolist()]

    @property
    def active_attributes(self) -> Attributes:
        """What the active tenants are matched by."""
        places, every = np.flatnonzero(self.active).tolist(), self.attributes
        return Attributes(
            [every.segments[place] for place in places],
            [every.industries[place] for place in places],
            every.employees[self.active],
        )


def columns(connection: sa.Connection) -> TenantColumns:
    """What matching and replaying scorecards need of every tenant, inactive ones too."""
    own = table.c
    chosen = (own.id, own.tenant_id, own.name, own.segment, own.industry, own.employee_count, own.since)
    rows = connection.execute(sa.select(*chosen, own.is_active).order_by(own.id)).all()
    ids, names, segments, industries = ([row[place] for row in rows] for place in range(1, 5))
    employees = [np.nan if row.employee_count is None else row.employee_count for row in rows]
    since = [np.nan if row.since is None else row.since.timestamp() for row in rows]
    return TenantColumns(
        np.array([row.id for row in rows], dtype=np.int64),
        ids,
        names,
        Attributes(segments, industries, np.array(employees, dtype=np.float64)),
        np.array(since, dtype=np.float64),
        np.array([row.is_active for row in rows], dtype=bool),
    )
