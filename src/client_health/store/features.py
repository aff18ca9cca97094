"""Feature use: which features each tenant uses, as last told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from client_health.store.bulk import merge
from client_health.store.raw_rows import chunks
from client_health.store.schema import feature_use as table
from client_health.store.schema import tenants
from client_health.usage.features import FeatureUse

Times = tuple[datetime | None, datetime | None]
_STORED = "select tenant, feature_key, first_used_at, last_used_at from feature_use"


def replace(
    connection: sa.Connection, use: Sequence[FeatureUse], keys: Mapping[str, int], as_of: datetime
) -> None:
    """Make `use` the feature use of the tenants in `keys` (external id to surrogate key).

    A tenant of whom a later answer told keeps what that one said: feature use is present state.
    """
    told_later = _told_after(connection, as_of)
    keys = {tenant_id: key for tenant_id, key in keys.items() if key not in told_later}
    told = {
        (keys[one.tenant_id], one.feature_key): (one.first_used_at, one.last_used_at)
        for one in use
        if one.tenant_id in keys
    }
    stored = _stored(connection, set(keys.values()))
    changed = ((*key, *times, as_of) for key, times in told.items() if stored.get(key) != times)
    merge(connection, table, [column.name for column in table.c], changed)
    gone = stored.keys() - told.keys()
    if gone:
        connection.execute(
            sa.delete(table).where(
                table.c.tenant == sa.bindparam("gone_tenant"), table.c.feature_key == sa.bindparam("gone_key")
            ),
            [{"gone_tenant": tenant, "gone_key": key} for tenant, key in gone],
        )


def _told_after(connection: sa.Connection, as_of: datetime) -> set[int]:
    return set(connection.scalars(sa.select(table.c.tenant).where(table.c.as_of > as_of).distinct()))


def _stored(connection: sa.Connection, keys: set[int]) -> dict[tuple[int, str], Times]:
    return {
        (tenant, key): (_instant(first), _instant(last))
        for rows in chunks(connection, _STORED)
        for tenant, key, first, last in rows
        if tenant in keys
    }


def _instant(value: datetime | str | None) -> datetime | None:
    """SQLite keeps instants as text."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def of_tenant(connection: sa.Connection, tenant: int) -> dict[str, Times]:
    """First and last use of one tenant's features, by key."""
    query = sa.select(table.c.feature_key, table.c.first_used_at, table.c.last_used_at)
    rows = connection.execute(query.where(table.c.tenant == tenant))
    return {key: (first, last) for key, first, last in rows}


def adoption(connection: sa.Connection, since: datetime) -> dict[str, int]:
    """How many active tenants used each stored feature at or after `since`, by key."""
    in_use = sa.and_(tenants.c.is_active, table.c.last_used_at >= since)
    query = sa.select(table.c.feature_key, sa.func.count(sa.case((in_use, 1))))
    joined = table.join(tenants, tenants.c.id == table.c.tenant)
    rows = connection.execute(query.select_from(joined).group_by(table.c.feature_key))
    return {key: int(count) for key, count in rows}


def known_keys(connection: sa.Connection) -> set[str]:
    """Every feature key that is stored, of whichever tenant."""
    return set(connection.scalars(sa.select(table.c.feature_key).distinct()))


def newest(connection: sa.Connection) -> datetime | None:
    """The latest `as_of` of any row; None where nothing is stored."""
    as_of: datetime | None = connection.scalar(sa.select(sa.func.max(table.c.as_of)))
    return as_of
