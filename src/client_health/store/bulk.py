"""Writing many rows the engine's fast way: `executemany` on SQLite, COPY and one merge on PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from client_health.store.types import Instant

Rows = Iterable[Sequence[Any]]
CHUNK = 20_000  # rows that are made ready at once: those of a large fleet are many small objects
LATER_WINS = "excluded.as_of >= {table}.as_of"
ONLY_LATER_WINS = "excluded.as_of > {table}.as_of"


def merge(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Rows,
    guard: str | None = None,
    quiet: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> None:
    """Insert rows; where the primary key exists, replace the other columns if `guard` holds.

    `guard` is SQL over `excluded` and `{table}`. A row that differs in nothing but the `quiet` columns
    is left alone on PostgreSQL, which would otherwise write it again. A row that exists keeps what it has
    in the `keep` columns.
    Values: instants are aware, vectors already packed.
    """
    if connection.dialect.name == "postgresql":
        _merge_postgresql(connection, table, columns, rows, guard, quiet, keep)
    else:
        _merge_sqlite(connection, table, columns, rows, guard, keep)


def _merge_sqlite(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Rows,
    guard: str | None,
    keep: Sequence[str],
) -> None:
    marks = ", ".join("?" * len(columns))
    statement = (
        f"insert into {table.name} ({_names(columns)}) values ({marks}) {_on_conflict(table, columns, keep)}"  # noqa: S608
    )
    if guard:
        statement += " where " + guard.format(table=table.name)
    driver = connection.connection.cursor()
    remaining = iter(rows)
    while some := list(islice(remaining, CHUNK)):
        driver.executemany(statement, _sqlite_rows(table, columns, some))
    driver.close()


def _sqlite_rows(table: sa.Table, columns: Sequence[str], rows: Rows) -> list[tuple[Any, ...]]:
    """The rows with dates and instants as text, made column by column: most columns hold none."""
    values: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, name in enumerate(columns):
        if isinstance(table.c[name].type, sa.Date | Instant):
            values[place] = [None if one is None else _sqlite_text(one) for one in values[place]]
    return list(zip(*values, strict=True))


@lru_cache(maxsize=10_000)
def _sqlite_text(value: date) -> str:
    """Dates and instants as SQLAlchemy writes them; a night has few different ones."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()


def _merge_postgresql(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Rows,
    guard: str | None,
    quiet: Sequence[str],
    keep: Sequence[str],
) -> None:
    staging = f"incoming_{table.name}"
    names = _names(columns)
    connection.exec_driver_sql(f"create temp table {staging} (like {table.name}) on commit drop")
    connection.exec_driver_sql(f"alter table {staging} {_drop_not_null(table)}")
    driver: Any = connection.connection.dbapi_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"copy {staging} ({names}) from stdin (format binary)") as copy,
    ):
        copy.set_types([_copy_type(table.c[name]) for name in columns])
        for row in rows:
            copy.write_row(row)
    replaceable = _replaceable(table, columns, keep)
    differs = [name for name in replaceable if name not in quiet]
    conditions = [guard.format(table=table.name)] if guard else []
    if differs:
        ours, theirs = (
            ", ".join(f'{side}."{name}"' for name in differs) for side in (table.name, "excluded")
        )
        conditions.append(f"({ours}) is distinct from ({theirs})")
    where = f" where {' and '.join(conditions)}" if conditions and replaceable else ""
    conflict = _on_conflict(table, columns, keep)
    connection.exec_driver_sql(
        f"insert into {table.name} ({names}) select {names} from {staging} {conflict}{where}"  # noqa: S608
    )
    connection.exec_driver_sql(f"drop table {staging}")


def _drop_not_null(table: sa.Table) -> str:
    """Columns that are not written stay empty in the staging table."""
    return ", ".join(f'alter column "{column.name}" drop not null' for column in table.c)


def _copy_type(column: sa.Column[Any]) -> str:
    return {
        "Text": "text",
        "Integer": "int4",
        "BigInteger": "int8",
        "SmallInteger": "int2",
        "Float": "float8",
        "Boolean": "bool",
        "Date": "date",
        "Instant": "timestamptz",
        "Vector": "bytea",  # already in the form of the wire
    }[type(column.type).__name__]


def _on_conflict(table: sa.Table, columns: Sequence[str], keep: Sequence[str]) -> str:
    key = _names([column.name for column in table.primary_key])
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in _replaceable(table, columns, keep))
    return f"on conflict ({key}) do update set {replaced}" if replaced else f"on conflict ({key}) do nothing"


def _replaceable(table: sa.Table, columns: Sequence[str], keep: Sequence[str]) -> list[str]:
    return [name for name in columns if name not in table.primary_key.columns and name not in keep]


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
