"""One connection to a source: read-only, in UTC, with a time limit for every statement."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from client_health.errors import SourceError, SourceUnreachableError, UnusableAnswerError
from client_health.settings.model import SourceSettings
from client_health.sources.opening import NOT_AUTHORIZED, read_only_engine
from client_health.sources.rows import TAKEN_IN, Rows, by_column
from client_health.sources.statement import render
from client_health.sources.streaming import NO_ROWS, can_stream, stream
from client_health.sources.time_limit import time_limit
from client_health.visible import visible, without_passwords

_AT_WORK = """
select count(*) from pg_stat_activity
where application_name = current_setting('application_name') and usename = current_user
  and datname = current_database() and state = 'active' and pid <> pg_backend_pid()
"""


class SourceSession:
    """An open connection to one source. Any failure closes it; the next fetch opens a new one."""

    def __init__(self, name: str, url: URL, settings: SourceSettings) -> None:
        self.name, self.backend = name, url.get_backend_name()
        self._settings = settings
        self._engine = read_only_engine(url, settings)
        self._connection: sa.Connection | None = None

    def fetch(self, sql: str, values: Mapping[str, Any]) -> Rows:
        """Run one SELECT and return all its rows; raises SourceError with the database's own words."""
        statement, parameters = render(
            sql,
            {key: self._bindable(value) for key, value in values.items()},
            self._engine.dialect.paramstyle,
        )
        connection = self._open()
        started = time.perf_counter()
        try:
            with time_limit(connection, self._settings.statement_timeout):
                columns, found = self._answer(connection, statement, parameters)
                connection.rollback()
        except SourceError:
            self.close()
            raise
        except Exception as error:  # drivers raise what they like over a value that they cannot read
            self.close()
            raise SourceError(_in_words(error)) from error
        return Rows(columns, found, time.perf_counter() - started)

    def _answer(
        self, connection: sa.Connection, statement: str, parameters: Any
    ) -> tuple[tuple[str, ...], list[list[Any]]]:
        most = self._settings.max_rows
        ask = stream if can_stream(connection) else _fetch
        names, values = ask(connection, statement, parameters, most + 1)
        if values and len(values[0]) > most:
            raise UnusableAnswerError(f"returned more than max_rows ({most:,}) rows and was cut off")
        return tuple(visible(name.lower()) for name in names), values or [[] for _ in names]

    def is_busy(self) -> bool:
        """PostgreSQL: whether another session of ours is at work, such as that of a process that died."""
        return self.backend == "postgresql" and self.fetch(_AT_WORK, {}).values[0] != [0]

    def sample(self, table: str, column: str) -> str | None:
        """One text that a column holds; None where there is none, or no such column."""
        quoted = self._engine.dialect.identifier_preparer.quote
        name = quoted(column)
        query = f"select {name} from {quoted(table)} where typeof({name}) = 'text' limit 1"  # noqa: S608
        try:
            found = self.fetch(query, {}).values[0]
        except SourceError:
            return None
        return str(found[0]) if found else None

    def close(self) -> None:
        """Close the connection, if one is open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                if not connection.closed:
                    connection.invalidate()

    def _open(self) -> sa.Connection:
        if self._connection is None:
            try:
                connection = self._engine.connect()
                if self.backend == "postgresql":
                    connection = connection.execution_options(postgresql_readonly=True)
            except SQLAlchemyError as error:
                raise SourceUnreachableError(f"cannot connect: {first_line(error)}") from error
            self._connection = connection
        return self._connection

    def _bindable(self, value: Any) -> Any:
        """Instants as the dialect compares them; ids as text where PostgreSQL infers their type."""
        if isinstance(value, datetime):
            return self._instant(value)
        return str(value) if self.backend == "postgresql" else value

    def _instant(self, instant: datetime) -> Any:
        if self.backend == "postgresql":
            return instant
        naive = instant.astimezone(UTC).replace(tzinfo=None)
        if self.backend != "sqlite":
            return naive
        text = naive.isoformat(sep=" ")
        return text.rstrip("0") if "." in text else text


def _fetch(
    connection: sa.Connection, statement: str, parameters: Any, most: int
) -> tuple[list[str], list[list[Any]]]:
    result = connection.exec_driver_sql(statement, parameters or None)
    if not result.returns_rows:
        raise SourceError(NO_ROWS)
    return list(map(str, result.keys())), by_column(_fetched(result.cursor), most)


def _fetched(cursor: Any) -> Iterator[Sequence[Any]]:
    while piece := cursor.fetchmany(TAKEN_IN):
        yield from piece


def _in_words(error: Exception) -> str:
    told = first_line(error)
    return "writes or changes the session; only a SELECT is allowed" if told == NOT_AUTHORIZED else told


def first_line(error: BaseException) -> str:
    """The database's own words, without the statement, its parameters or the address."""
    original = getattr(error, "orig", None) or error
    text = str(original).strip() or type(original).__name__
    return visible(without_passwords(" ".join(text.splitlines()[0].split()))[:500])
