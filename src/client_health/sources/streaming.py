"""PostgreSQL's answers as they come in: else its driver holds a whole answer beside the rows made of it."""

from itertools import islice
from typing import Any

import psycopg
import sqlalchemy as sa

from client_health.errors import SourceError

NO_ROWS = "returns no rows at all; a SELECT is expected"
TAKEN_IN = 5_000  # rows at once


def can_stream(connection: sa.Connection) -> bool:
    """Whether it is psycopg's, and its client library (libpq 17) takes answers in piece by piece."""
    is_psycopg = isinstance(connection.connection.dbapi_connection, psycopg.Connection)
    return is_psycopg and bool(psycopg.capabilities.has_stream_chunked())


def stream(
    connection: sa.Connection, statement: str, parameters: Any, most: int
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and the first `most` rows of a statement; `parameters` as the driver wants them."""
    driver: Any = connection.connection.dbapi_connection
    connection.begin()  # for the rollback afterwards; the driver begins by itself
    with driver.cursor() as cursor:
        try:
            rows = list(islice(cursor.stream(statement, parameters, size=TAKEN_IN), most))
        except psycopg.ProgrammingError as fault:
            if "didn't produce a result" in str(fault):
                raise SourceError(NO_ROWS) from fault
            raise
        if cursor.description is None:  # told with the first rows, and there are none
            cursor.execute(f"select * from (\n{statement}\n) as no_rows limit 0", parameters)  # noqa: S608
        return [column.name for column in cursor.description], rows
