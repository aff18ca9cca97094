"""How a connection to each kind of database is opened: read-only, in UTC, with limits."""

import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import psycopg
import sqlalchemy as sa
from psycopg.types.string import TextLoader
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import NullPool

from client_health.errors import SourceUnreachableError
from client_health.settings.model import SourceSettings
from client_health.sources.time_limit import answer_within

CONNECT_SECONDS = 10
APPLICATION = "client-health source"  # how our sessions are told from those on the store
NOT_AUTHORIZED = "not authorized"  # what SQLite says of an action that is denied
MOST_BYTES = 100_000_000  # of one value that SQLite puts together
# What no query needs. Writes are kept out by the read-only file and `query_only`, which this keeps on.
_REFUSED = frozenset(
    code for name, code in vars(sqlite3).items() if name.startswith(("SQLITE_CREATE_", "SQLITE_DROP_"))
) | {
    sqlite3.SQLITE_ALTER_TABLE,
    sqlite3.SQLITE_ANALYZE,
    sqlite3.SQLITE_ATTACH,
    sqlite3.SQLITE_DETACH,
    sqlite3.SQLITE_REINDEX,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_TRANSACTION,
}
# Functions that reach outside of the database, where the library is built with them.
_REACHING_OUT = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "lsdir"})


class _ExtendedCursor(psycopg.Cursor[Any]):
    """Always uses the extended protocol, in which PostgreSQL refuses a second statement."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **{**options, "prepare": True})


def read_only_engine(url: URL, settings: SourceSettings) -> sa.Engine:
    """What opens connections that can only read; raises SourceUnreachableError where there is no driver."""
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
            "client_encoding": "utf8",  # else texts of a database without an encoding come as bytes
            "application_name": APPLICATION,
            "keepalives_idle": 10,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 40_000,
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
    with answer_within(driver, CONNECT_SECONDS), driver.cursor() as cursor:
        for key, value in session.items():
            cursor.execute("select set_config(%s, %s, false)", (key, value))
        driver.commit()


def _prepare_sqlite(driver: Any, settings: SourceSettings) -> None:
    driver.execute("pragma query_only = on")
    driver.execute("pragma cache_size = -65536")  # 64 MiB: aggregates over whole tables run a third faster
    driver.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # query_only would still let a query create other files
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    driver.execute(f"pragma busy_timeout = {round(min(settings.statement_timeout, 60) * 1000)}")
    driver.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
    refused = (
        action in _REFUSED
        or (action == sqlite3.SQLITE_PRAGMA and first != "data_version")  # which full-text search asks for
        or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _REACHING_OUT)
    )
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


_PREPARE: dict[str, Callable[[Any, SourceSettings], None]] = {
    "postgresql": _prepare_postgresql,
    "sqlite": _prepare_sqlite,
}
