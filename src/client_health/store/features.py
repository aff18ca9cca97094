"""Feature use: which features each tenant uses, as last told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from client_health.store.bulk import merge
from client_health.store.schema import feature_use as table
from client_health.usage.features import FeatureUse

Times = tuple[datetime | None, datetime | None]


def replace(
    connection: sa.Connection, use: Sequence[FeatureUse], keys: Mapping[str, int], as_of: datetime
) -> None:
    """Make `use` the feature use of the tenants in `keys` (external id to surrogate key).

    An answer older than the newest one is ignored: feature use is present state.
    """
    newest = connection.scalar(sa.select(sa.func.max(table.c.as_of)))
    if newest is not None and newest > as_of:
        return
    told = {(keys[one.tenant_id], one.feature_key): (one.first_used_at, one.last_used_at) for one in use}
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


def _stored(connection: sa.Connection, tenants: set[int]) -> dict[tuple[int, str], Times]:
    query = sa.select(table.c.tenant, table.c.feature_key, table.c.first_used_at, table.c.last_used_at)
    rows = connection.execute(query)
    return {(tenant, key): (first, last) for tenant, key, first, last in rows if tenant in tenants}
