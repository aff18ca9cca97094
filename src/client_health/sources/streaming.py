"""PostgreSQL's answers as they come in: else its driver holds a whole answer beside the rows made of it."""

from typing import Any

import psycopg
import sqlalchemy as sa

from client_health.errors import SourceError
from client_health.sources.rows import TAKEN_IN, by_column

NO_ROWS = "returns no rows at all; a SELECT is expected"


def can_stream(connection: sa.Connection) -> bool:
    """Whether it is psycopg's, and its client library (libpq 17) takes answers in piece by piece."""
    is_psycopg = isinstance(connection.connection.dbapi_connection, psycopg.Connection)
    return is_psycopg and bool(psycopg.capabilities.has_stream_chunked())


def stream(
    connection: sa.Connection, statement: str, parameters: Any, most: int
) -> tuple[list[str], list[list[Any]]]:
    """Names and values of the columns of a statement's first `most` rows; `parameters` as the driver wants
    them."""
    driver: Any = connection.connection.dbapi_connection
    connection.begin()  # for the rollback afterwards; the driver begins by itself
    with driver.cursor() as cursor:
        try:
            values = by_column(cursor.stream(statement, parameters, size=TAKEN_IN), most)
        except psycopg.ProgrammingError as fault:
            if "didn't produce a result" in str(fault):
                raise SourceError(NO_ROWS) from fault
            raise
        if cursor.description is None:  # told with the first rows, and there are none
            cursor.execute(f"select * from (\n{statement}\n) as no_rows limit 0", parameters)  # noqa: S608
        return [column.name for column in cursor.description], values
