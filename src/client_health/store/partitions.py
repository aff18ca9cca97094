"""Months of the daily tables as partitions, on PostgreSQL; on SQLite there is nothing to do.

A month that is dropped or rolled up goes as a whole, and a question about some dates reads their months only.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa

DAILY = ("usage_metrics", "health_scores")
# Whoever makes partitions takes turns; the number only has to be the same everywhere.
_ADVISORY_KEY = 4_310_003


def name_of(table: str, day: date) -> str:
    """The partition that holds a date."""
    return f"{table}_{day:%Y_%m}"


def first_of_next(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def months(first: date, last: date) -> Iterator[date]:
    """The first day of each month that dates from `first` to `last` lie in."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = first_of_next(month)


def ensure(connection: sa.Connection, first: date, last: date) -> None:
    """Make sure that dates from `first` to `last` can be written. Safe from several processes.

    One look at the catalogue where they can already.
    """
    if connection.dialect.name != "postgresql":
        return
    wanted = {name_of(table, month): (table, month) for month in months(first, last) for table in DAILY}
    if not _missing(connection, list(wanted)):
        return
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_KEY)))
    for name in _missing(connection, list(wanted)):  # somebody else may have made some meanwhile
        table, month = wanted[name]
        connection.exec_driver_sql(f"create table {name} (like {table} including all)")
        attach(connection, table, name, month)


def attach(connection: sa.Connection, table: str, partition: str, month: date) -> None:
    """Make a table the partition of a month. Others read and write other months meanwhile."""
    connection.exec_driver_sql(
        f"alter table {table} attach partition {partition} for values {_bounds(month)}"
    )


def _bounds(month: date) -> str:
    return f"from ('{month}') to ('{first_of_next(month)}')"


def _missing(connection: sa.Connection, names: list[str]) -> list[str]:
    """Tables that are not there, by rows as they are now: `to_regclass` may know them from before."""
    query = "select relname from pg_class where relname = any(:names) and relnamespace = "
    schema = "cast(current_schema() as regnamespace)"
    found = set(connection.scalars(sa.text(query + schema), {"names": names}))
    return [name for name in names if name not in found]
