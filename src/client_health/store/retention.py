"""Dropping the past: of a month all dates but one, as a whole on PostgreSQL, date by date on SQLite."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from client_health.errors import ConflictError
from client_health.store import partitions
from client_health.store.engine import Store
from client_health.store.schema import benchmarks, run_problems, runs, score_days
from client_health.store.schema.base import metadata

PATIENCE = "2s"  # nobody can read the table while its partition waits to be exchanged
LOCK_NOT_AVAILABLE = "55P03"
Rows = Counter[str]


def count(connection: sa.Connection, month: date, kept: date | None) -> Rows:
    """How many rows of each daily table would go."""
    return Rows({name: _count(connection, metadata.tables[name], month, kept) for name in partitions.DAILY})


def drop(store: Store, month: date, kept: date | None, dropped: Sequence[date]) -> Rows:
    """Drop the dates of a month but the one that is kept, in small transactions; returns the rows that went.

    Broken off in the middle, it is done again as a whole: `score_days`, which says what there is, goes last.
    The caller sees to it that nobody writes meanwhile. Raises ConflictError where somebody reads for long.
    """
    if store.dialect == "postgresql":
        return _drop_partitions(store, month, kept, dropped)
    rows = Rows()
    for day in dropped:
        with store.write() as connection:
            for name in partitions.DAILY:
                table = metadata.tables[name]
                rows[name] += connection.execute(sa.delete(table).where(table.c.day == day)).rowcount
            _forget(connection, [day])
    return rows


def _drop_partitions(store: Store, month: date, kept: date | None, dropped: Sequence[date]) -> Rows:
    rows = Rows()
    for name in partitions.DAILY:
        with store.write() as connection, _patient(name, month):
            rows[name] = _exchange(connection, name, month, kept)
    with store.write() as connection:
        _forget(connection, dropped)
    return rows


def _exchange(connection: sa.Connection, table: str, month: date, kept: date | None) -> int:
    """Put a new partition with the rows that stay in place of a month's: deleting rows would leave it as
    large as it was. It is filled while others read; only the exchange itself makes them wait."""
    old, new = partitions.name_of(table, month), f"{partitions.name_of(table, month)}_kept"
    gone = _count(connection, metadata.tables[table], month, kept)
    if not gone:
        return 0
    connection.exec_driver_sql(f"set local lock_timeout = '{PATIENCE}'")
    connection.exec_driver_sql(f"lock table {old} in share mode")
    if kept is not None:
        connection.exec_driver_sql(f"create table {new} (like {table} including all)")
        connection.exec_driver_sql(f"insert into {new} select * from {old} where day = '{kept}'")  # noqa: S608
        # With this constraint, PostgreSQL need not read the rows while everybody waits.
        connection.exec_driver_sql(f"alter table {new} add constraint kept check (day = '{kept}')")
    connection.exec_driver_sql(f"alter table {table} detach partition {old}")
    connection.exec_driver_sql(f"drop table {old}")
    if kept is not None:
        partitions.attach(connection, table, new, month)
        connection.exec_driver_sql(f"alter table {new} drop constraint kept")
        connection.exec_driver_sql(f"alter table {new} rename to {old}")
    return gone


def _count(connection: sa.Connection, table: sa.Table, month: date, kept: date | None) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    query = query.where(table.c.day >= month, table.c.day < partitions.first_of_next(month))
    if kept is not None:
        query = query.where(table.c.day != kept)
    return int(connection.scalar(query) or 0)


def _forget(connection: sa.Connection, days: Sequence[date]) -> None:
    for table in (benchmarks, score_days):
        connection.execute(sa.delete(table).where(table.c.day.in_(days)))


@contextmanager
def _patient(table: str, month: date) -> Iterator[None]:
    """Give way to somebody who reads for long, an export for example."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise ConflictError(
            f"{month:%Y-%m} of {table} is being read; nothing of it was dropped, try again later"
        ) from error


def old_problems(connection: sa.Connection, before: datetime) -> int:
    """How many problems are kept of runs that were asked for before an instant."""
    query = (
        sa.select(sa.func.count()).select_from(run_problems).where(run_problems.c.run_id.in_(_old(before)))
    )
    return int(connection.scalar(query) or 0)


def drop_problems(connection: sa.Connection, before: datetime) -> int:
    """Drop the problems of these runs; the runs themselves, with their counts, stay."""
    return connection.execute(sa.delete(run_problems).where(run_problems.c.run_id.in_(_old(before)))).rowcount


def _old(before: datetime) -> sa.Select[tuple[str]]:
    return sa.select(runs.c.id).where(runs.c.created_at < before)
