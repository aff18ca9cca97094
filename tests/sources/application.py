"""A tiny application database on either dialect, and sessions and readers on it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from client_health.settings import SourceSettings
from client_health.settings.addresses import resolve_address
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience, SourceReader
from client_health.sources.session import SourceSession
from tests.databases import PostgresServer

SCHEMA = """
create table organizations (id integer primary key, name text);
create table users (id integer primary key, organization_id integer, last_login_at timestamp);
insert into organizations values (1, 'Acme'), (2, 'Bolt'), (3, 'Cask'), (10, 'Dune'), (20, 'Echo');
insert into users values
  (1, 1, '2026-02-01 00:00:00'), (2, 1, '2026-02-28 23:59:59'), (3, 2, '2026-02-10 12:00:00'),
  (4, 3, '2026-01-01 00:00:00'), (5, 10, '2026-02-20 08:30:00'), (6, 20, '2026-03-01 00:00:00');
"""


class Clockless(Pace):
    """A pace that notes what it was asked to sleep instead of sleeping."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        super().__init__(check)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.check()
        self.slept.append(seconds)


def execute(url: str, script: str) -> None:
    """Change an application database behind the session's back."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(make_url(url).database or "")) as connection:
            connection.executescript(script)
    else:
        with psycopg.connect(url) as connection:
            connection.execute(script.encode())


def fresh_sqlite(path: Path) -> str:
    """The address of a new application database on SQLite."""
    execute(f"sqlite:///{path}", SCHEMA)
    return f"sqlite:///{path}"


def fresh_postgresql(server: PostgresServer) -> Iterator[str]:
    """The address of a new application database on PostgreSQL, dropped afterwards."""
    name = f"app_{uuid4().hex}"
    url = server.create_database(name)
    execute(url, SCHEMA)
    yield url
    server.drop_database(name)


def session_on(url: str, **settings: Any) -> SourceSession:
    """A session as a run opens it."""
    return SourceSession(
        "default", resolve_address(url, "source.url", Path("/")), SourceSettings(url=url, **settings)
    )


def reader_on(
    url: str, pace: Pace | None = None, attempts: int = 3, backoff: float = 10.0, **settings: Any
) -> SourceReader:
    """A reader that never really sleeps."""
    options = SourceSettings(url=url, **settings)
    return SourceReader(
        session_on(url, **settings), options, pace or Clockless(), Patience(attempts, backoff)
    )


def one(session: SourceSession, sql: str, **values: Any) -> Any:
    """The only value of a query's only row."""
    ((value,),) = session.fetch(sql, values)
    return value


def plain(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in rows)
