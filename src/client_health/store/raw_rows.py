"""Rows as the driver gives them, chunk by chunk: how a whole fleet is read without an object per figure."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

Rows = list[tuple[Any, ...]]
CHUNK = 50_000


def chunks(connection: sa.Connection, statement: str, *values: object) -> Iterator[Rows]:
    """The answer in parts, of one state of the store.

    In the statement, `?` stands for a value, `vector(column)` for the packed bytes of a vector (see
    `unpack`), and `in tenants(?)` for being among a list of keys.
    """
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "postgresql":
        statement = statement.replace("vector(", "(")
        cursor = driver.execute(_listed(statement), [_sqlite_value(value) for value in values])
        yield from _fetched(cursor)
        return
    # psycopg would make a list of every vector; a plain cursor would hold the whole answer at once.
    statement = statement.replace("vector(", "array_send(").replace("in tenants(?)", "= any(?)")
    with driver.cursor(name=f"chunks_{id(driver)}", binary=True) as cursor:
        cursor.execute(statement.replace("?", "%s"), values)
        yield from _fetched(cursor)


def _listed(statement: str) -> str:
    return statement.replace("in tenants(?)", "in (select value from json_each(?))")


def _fetched(cursor: Any) -> Iterator[Rows]:
    while rows := cursor.fetchmany(CHUNK):
        yield rows


def _sqlite_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
