"""Databases for every test: one PostgreSQL server per worker, a fresh database per test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.databases import PostgresServer, casework_postgresql, casework_sqlite, start_postgres

DIALECTS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL server, stopped and removed after the last test."""
    with start_postgres() as server:
        yield server


@pytest.fixture(params=DIALECTS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of ours, on either dialect."""
    yield from _fresh_database(request, tmp_path / "store.db")


@pytest.fixture(params=DIALECTS)
def casework_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an application database with the empty casework schema, on either dialect."""
    for url in _fresh_database(request, tmp_path / "casework.db"):
        yield (
            casework_sqlite(tmp_path / "casework.db")
            if url.startswith("sqlite")
            else casework_postgresql(url)
        )


def _fresh_database(request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    yield server.create_database(name)
    server.drop_database(name)
