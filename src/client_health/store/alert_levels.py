"""How loudly the customer wants to be told: a fact about the account, not about a score."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from client_health.store import audit
from client_health.store.audit import Actor
from client_health.store.schema import alert_levels as table

AlertLevel = Literal["NONE", "DASHBOARD_ONLY", "PROACTIVE"]
DEFAULT: AlertLevel = "DASHBOARD_ONLY"


@dataclass(frozen=True)
class AlertSetting:
    """The alert level of a tenant; `changed_by` is None while nobody has set it."""

    level: AlertLevel
    changed_by: str | None = None
    changed_at: datetime | None = None


def get(connection: sa.Connection, tenant: int) -> AlertSetting:
    """The level of a tenant, DASHBOARD_ONLY until somebody sets another."""
    row = connection.execute(sa.select(table).where(table.c.tenant == tenant)).one_or_none()
    return AlertSetting(DEFAULT) if row is None else AlertSetting(row.level, row.changed_by, row.changed_at)


def put(connection: sa.Connection, tenant: int, level: AlertLevel, by: Actor, at: datetime) -> AlertSetting:
    """Set the level of a tenant."""
    values = {"level": level, "changed_by": by.name, "changed_at": at}
    updated = connection.execute(sa.update(table).where(table.c.tenant == tenant).values(**values))
    if not updated.rowcount:
        connection.execute(sa.insert(table).values(tenant=tenant, **values))
    target = audit.tenant_id(connection, tenant)
    audit.write(connection, by, "alert_level.changed", target, at, level=level)
    return AlertSetting(level, by.name, at)
