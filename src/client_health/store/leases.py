"""Who holds what: one row per name, with the holder's last sign of life by the store's own clock."""

from dataclasses import dataclass

import sqlalchemy as sa

from client_health.store.schema import leases as table


def store_clock(connection: sa.Connection) -> float:
    """Seconds since 1970 by the clock of the store's host, which all workers share."""
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(sa.text("select extract(epoch from clock_timestamp())")) or 0)
    return float(connection.scalar(sa.text("select (julianday('now') - 2440587.5) * 86400.0")) or 0)


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a holder: seconds ago, and whether it holds the lock of that name too."""

    silent_for: float
    has_lock: bool


def last_sign(connection: sa.Connection, name: str) -> Sign | None:
    """The holder's last sign of life; None where nobody holds the lease."""
    row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        return None
    return Sign(max(0.0, store_clock(connection) - row.beat_at), row.has_lock)


def claim(connection: sa.Connection, name: str, holder: str, has_lock: bool) -> None:
    """Write oneself down as the holder; the caller has made sure that nobody else is alive there."""
    values = {"holder": holder, "has_lock": has_lock, "beat_at": store_clock(connection)}
    if not connection.execute(sa.update(table).where(table.c.name == name).values(**values)).rowcount:
        connection.execute(sa.insert(table).values(name=name, **values))


def beat(connection: sa.Connection, name: str, holder: str, has_lock: bool) -> bool:
    """Show a sign of life; False where somebody else holds it now."""
    updated = connection.execute(
        sa.update(table)
        .where(table.c.name == name, table.c.holder == holder)
        .values(beat_at=store_clock(connection), has_lock=has_lock)
    )
    return bool(updated.rowcount)


def release(connection: sa.Connection, name: str, holder: str) -> None:
    """Give a lease back."""
    connection.execute(sa.delete(table).where(table.c.name == name, table.c.holder == holder))
