"""One connection to a source: read-only, in UTC, with a time limit for every statement."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg
import sqlalchemy as sa
from psycopg.types.string import TextLoader
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from client_health.errors import SourceError, SourceUnreachableError
from client_health.settings.model import SourceSettings
from client_health.sources.statement import render

CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Rows:
    """What a query returned: lower-case column names and the rows as tuples."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    seconds: float


class _ExtendedCursor(psycopg.Cursor[Any]):
    """Always uses the extended protocol, in which PostgreSQL refuses a second statement."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **{**options, "prepare": True})


class SourceSession:
    """An open connection to one source. Any failure closes it; the next fetch opens a new one."""

    def __init__(self, name: str, url: URL, settings: SourceSettings) -> None:
        self.name, self.backend = name, url.get_backend_name()
        self._settings = settings
        self._engine = _engine(name, url, settings)
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
            with self._time_limit(connection):
                result = connection.exec_driver_sql(statement, parameters or None)
                if not result.returns_rows:
                    raise SourceError("returns no rows at all; a SELECT is expected")
                columns = tuple(str(column).lower() for column in result.keys())  # noqa: SIM118
                assert result.cursor is not None
                rows = [
                    tuple(row) for row in result.cursor.fetchall()
                ]  # plain tuples, as the driver has them
            connection.rollback()
        except SQLAlchemyError as error:
            self.close()
            raise SourceError(first_line(error)) from error
        except SourceError:
            self.close()
            raise
        return Rows(columns, rows, time.perf_counter() - started)

    def sample(self, table: str, column: str) -> str | None:
        """One text that a column holds; None where there is none, or no such column."""
        quoted = self._engine.dialect.identifier_preparer.quote
        name = quoted(column)
        query = f"select {name} from {quoted(table)} where typeof({name}) = 'text' limit 1"  # noqa: S608
        try:
            rows = self.fetch(query, {}).rows
        except SourceError:
            return None
        return str(rows[0][0]) if rows else None

    def close(self) -> None:
        """Close the connection, if one is open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
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

    @contextmanager
    def _time_limit(self, connection: sa.Connection) -> Iterator[None]:
        """SQLite has no statement timeout of its own: a handler that runs every so often ends it."""
        if self.backend != "sqlite":
            yield
            return
        driver = connection.connection.dbapi_connection
        deadline = time.monotonic() + self._settings.statement_timeout
        assert driver is not None
        driver.set_progress_handler(lambda: int(time.monotonic() > deadline), 50_000)
        try:
            yield
        except DBAPIError as error:
            if time.monotonic() > deadline:
                limit = self._settings.statement_timeout
                raise SourceError(
                    f"ran longer than statement_timeout ({limit:g} s) and was cut off"
                ) from error
            raise
        finally:
            driver.set_progress_handler(None, 0)


def _engine(name: str, url: URL, settings: SourceSettings) -> sa.Engine:
    if url.get_backend_name() == "postgresql" and url.drivername != "postgresql+psycopg":
        raise SourceUnreachableError(
            f"write postgresql://… instead of {url.drivername}://…; psycopg 3 is what is used"
        )
    try:
        engine = sa.create_engine(_read_only(url), poolclass=NullPool, connect_args=_connect_args(url))
    except (NoSuchModuleError, ImportError) as error:
        raise SourceUnreachableError(
            f"the driver for {url.drivername!r} is not installed: {error}; install it beside client-health"
        ) from None
    prepare = _PREPARE.get(url.get_backend_name())
    if prepare is not None:
        sa.event.listen(engine, "connect", lambda driver, _record: prepare(driver, settings))
    return engine


def _read_only(url: URL) -> URL:
    """SQLite files are opened read-only; a missing one is an error instead of a new, empty database."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return url
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": "ro", "uri": "true"})


def _connect_args(url: URL) -> dict[str, Any]:
    if url.drivername == "postgresql+psycopg":
        return {
            "cursor_factory": _ExtendedCursor,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "client-health",
            "keepalives_idle": 10,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
    return {"check_same_thread": False} if url.get_backend_name() == "sqlite" else {}


def _prepare_postgresql(driver: Any, settings: SourceSettings) -> None:
    session = {
        "default_transaction_read_only": "on",
        "row_security": "off",
        "timezone": "UTC",
        "statement_timeout": str(round(settings.statement_timeout * 1000)),
        "idle_in_transaction_session_timeout": "60000",
    }
    if settings.gentle:
        session["max_parallel_workers_per_gather"] = "0"
    for kind in ("timestamptz", "timestamp", "date"):  # as text: `infinity` and years BC are no Python dates
        driver.adapters.register_loader(kind, TextLoader)
    with driver.cursor() as cursor:
        for key, value in session.items():
            cursor.execute("select set_config(%s, %s, false)", (key, value))
    driver.commit()


def _prepare_sqlite(driver: Any, settings: SourceSettings) -> None:
    driver.execute("pragma query_only = on")
    driver.execute("pragma cache_size = -65536")  # 64 MiB: aggregates over whole tables run a third faster
    driver.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # query_only would still let a query create other files
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    driver.execute(f"pragma busy_timeout = {round(min(settings.statement_timeout, 60) * 1000)}")


_PREPARE: dict[str, Callable[[Any, SourceSettings], None]] = {
    "postgresql": _prepare_postgresql,
    "sqlite": _prepare_sqlite,
}


def first_line(error: BaseException) -> str:
    """The database's own words, without the statement, its parameters or the address."""
    original = getattr(error, "orig", None) or error
    text = str(original).strip() or type(original).__name__
    return " ".join(text.splitlines()[0].split())[:500]
