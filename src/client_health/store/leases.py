"""Who holds what: one row per name, with the holder's last sign of life by the store's own clock."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from client_health.store.engine import session_name
from client_health.store.schema import leases as table

FROZEN_AFTER = 30.0  # seconds without a sign of life after which a holder is taken for frozen
SEAT = "worker:"  # what the name of a worker's lease begins with


def store_clock(connection: sa.Connection) -> float:
    """Seconds since 1970 by the clock of the store's host, which all workers share."""
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(sa.text("select extract(epoch from clock_timestamp())")) or 0)
    return float(connection.scalar(sa.text("select (julianday('now') - 2440587.5) * 86400.0")) or 0)


def living_workers(connection: sa.Connection) -> int:
    """How many workers have shown a sign of life lately."""
    alive = table.c.beat_at >= store_clock(connection) - FROZEN_AFTER
    query = sa.select(sa.func.count()).where(table.c.name.startswith(SEAT), alive)
    return int(connection.scalar(query) or 0)


@dataclass(frozen=True)
class Sign:
    """A holder's last sign of life: when, seconds ago, and whether it holds the lock of that name."""

    holder: str
    beat_at: float
    silent_for: float
    has_lock: bool


def last_sign(connection: sa.Connection, name: str) -> Sign | None:
    """The holder's last sign of life; None where nobody holds the lease."""
    row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        return None
    silent_for = max(0.0, store_clock(connection) - row.beat_at)
    return Sign(row.holder, row.beat_at, silent_for, row.has_lock)


def all_names(connection: sa.Connection) -> set[str]:
    """Every lease that somebody holds, or died with."""
    return set(connection.scalars(sa.select(table.c.name)))


def claim(connection: sa.Connection, name: str, holder: str, has_lock: bool, seen: Sign | None) -> bool:
    """Write oneself down as the holder, if the last sign of life is still the one that was seen.

    The caller has made sure that whoever gave it is dead or frozen. False where somebody was faster.
    """
    values = {"holder": holder, "has_lock": has_lock, "beat_at": store_clock(connection)}
    if seen is None:
        insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
        statement = insert.values(name=name, **values).on_conflict_do_nothing().returning(table.c.name)
        return connection.scalar(statement) is not None
    unchanged = (table.c.name == name, table.c.holder == seen.holder, table.c.beat_at == seen.beat_at)
    return bool(connection.execute(sa.update(table).where(*unchanged).values(**values)).rowcount)


def end_sessions(connection: sa.Connection, process: str) -> None:
    """End what a process that is dead or frozen left open in the store, locks and all; PostgreSQL only.

    No time limit of the server ends a session that waits for the rest of a COPY.
    """
    if connection.dialect.name != "postgresql":
        return
    ended = sa.text(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name "
        "and usename = current_user and datname = current_database() and pid <> pg_backend_pid()"
    )
    connection.execute(ended, {"name": session_name(process)}).all()


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
