"""An application database: one for all tests that only read, a fresh one for those that change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_health.sources.session import SourceSession
from tests.conftest import DIALECTS
from tests.databases import PostgresServer
from tests.sources.application import fresh_postgresql, fresh_sqlite, session_on


@pytest.fixture
def sqlite_app(tmp_path: Path) -> str:
    """A fresh application database on SQLite."""
    return fresh_sqlite(tmp_path / "app.db")


@pytest.fixture(scope="session")
def postgres_app(postgres: PostgresServer) -> Iterator[str]:
    """The application database on PostgreSQL; a test that changes it takes `own_postgres_app`."""
    yield from fresh_postgresql(postgres)


@pytest.fixture
def own_postgres_app(postgres: PostgresServer) -> Iterator[str]:
    """A fresh application database on PostgreSQL."""
    yield from fresh_postgresql(postgres)


@pytest.fixture(params=DIALECTS)
def app_url(request: pytest.FixtureRequest) -> str:
    """The application database on either dialect."""
    return str(request.getfixturevalue("sqlite_app" if request.param == "sqlite" else "postgres_app"))


@pytest.fixture
def session(app_url: str) -> Iterator[SourceSession]:
    """An open session on the application database."""
    session = session_on(app_url)
    yield session
    session.close()


@pytest.fixture
def postgres_session(postgres_app: str) -> Iterator[SourceSession]:
    session = session_on(postgres_app)
    yield session
    session.close()
