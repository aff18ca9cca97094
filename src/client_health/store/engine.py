"""Opening the store, and its two kinds of transaction."""

import os
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL

from client_health.errors import ConfigError, StoreError
from client_health.settings.addresses import resolve_address
from client_health.settings.model import Settings
from client_health.sources.session import first_line

BUSY_SECONDS = 30
BETWEEN_TRIES = 0.05  # seconds
# All are kept once opened: a pool that closes what it has too many of opens one for each request under load.
POOL = {"pool_size": 15, "max_overflow": 0}
RESTED = 0.5  # seconds without use, after which a connection may be dead
_RESTS_SINCE = "rests_since"
_WRITES = "client_health_writes"
# A worker that freezes or loses its host amid a transaction keeps its locks no longer than this.
_ABANDONED = "60s"
# A link or a host that goes without a word is noticed within half a minute, here and by the server.
_GONE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
_GONE_FOR_THE_SERVER = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=20000"
)
# Bulk writes use the drivers themselves, so their own errors come up, too. Internal: a read-only PostgreSQL.
_FAULTS = (
    *(exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError),
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError),
    sqlite3.OperationalError,
)
_RANDOM = uuid.uuid4().hex[:8]
POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 10,
    "client_encoding": "utf8",  # else texts of a database without an encoding come as bytes
    "options": f"-c timezone=UTC {_GONE_FOR_THE_SERVER}",
    **_GONE,
}


def process_name() -> str:
    """This process, as no other one on any host is called."""
    return f"{os.getpid()}-{_RANDOM}"


def session_name(process: str) -> str:
    """What PostgreSQL shows as the application of a process's sessions on the store."""
    return f"client-health {process}"


class Store:
    """The database that holds tenants, usage metrics, scores and runs."""

    def __init__(self, url: URL) -> None:
        if url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ConfigError(
                "store.url: the store is SQLite or PostgreSQL; write sqlite:///file or postgresql://…"
            )
        self.url, self.dialect = url, url.get_backend_name()
        self.engine = self._snapshots = self._glances = _create_engine(url, pool_pre_ping=True)
        if self.dialect == "postgresql":  # SQLite reads one state in any transaction
            self._snapshots = self.engine.execution_options(isolation_level="REPEATABLE READ")
            # Connections of their own: changing the level of one takes longer than most questions.
            self._glances = _create_engine(url, isolation_level="AUTOCOMMIT")
            sa.event.listen(self._glances, "checkin", _note_rest)
            sa.event.listen(self._glances, "checkout", partial(_ping_after_a_rest, self._glances))

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading one consistent state."""
        with explained(), self._snapshots.connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[sa.Connection]:
        """A connection for one quick question: each statement sees what is committed when it is asked.

        Without a transaction around it, a question is one way to PostgreSQL and back instead of three.
        """
        with explained(), self._glances.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction, committed at the end or rolled back whole. SQLite takes its write lock at once."""
        options = {_WRITES: True}
        with (
            explained(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self._glances.dispose()


def open_store(settings: Settings) -> Store:
    """The store that the settings name."""
    return Store(resolve_address(settings.store.url, "store.url", settings.path.parent))


@contextmanager
def explained() -> Iterator[None]:
    """A store that fails is a sentence, without the address, which may hold a password."""
    try:
        yield
    except _FAULTS as error:
        raise StoreError(f"the store does not answer: {first_line(error)}") from error


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite store; None for PostgreSQL or memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _create_engine(url: URL, **more: Any) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        named = {**POSTGRESQL, "application_name": session_name(process_name())}
        engine = sa.create_engine(url, connect_args=named, hide_parameters=True, **POOL, **more)
        sa.event.listen(engine, "begin", _begin_postgresql)
        return engine
    file = sqlite_file(url)
    if file is not None and not file.parent.is_dir():
        raise ConfigError(f"store.url: the folder {file.parent} does not exist")
    pool = {} if file is None else POOL  # a database in memory has one connection for each thread
    patient = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    engine = sa.create_engine(url, connect_args=patient, hide_parameters=True, **pool)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_rest(_driver: Any, record: Any) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _ping_after_a_rest(engine: sa.Engine, driver: Any, record: Any, _proxy: Any) -> None:
    """Replace a connection that died while it rested. One in use all the time tells by itself that it died,
    and a ping with each glance would double what it takes."""
    if time.monotonic() - record.info.get(_RESTS_SINCE, 0.0) > RESTED:
        try:
            engine.dialect.do_ping(driver)
        except psycopg.Error as error:
            raise exc.DisconnectionError from error


def _prepare_sqlite(driver: Any, _record: Any) -> None:
    driver.isolation_level = None  # the driver would begin transactions of its own; `_begin_sqlite` does
    driver.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000}")
    _use_wal(driver)
    driver.execute("pragma synchronous = normal")


def _use_wal(driver: Any) -> None:
    """Let readers and a writer work at once. A new file is switched by whoever comes first, and the others
    are refused at once, whatever the busy timeout says: SQLite fears that they wait for each other."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(BETWEEN_TRIES)


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql(f"set local idle_in_transaction_session_timeout = '{_ABANDONED}'")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
