"""Every test of this folder is a fault: real processes and servers, and one check of what must hold after."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import PostgresServer, start_postgres
from tests.faults.fleet import fill
from tests.faults.site import Site, open_site

HERE = Path(__file__).parent
DURABLE = {"synchronous_commit": "on"}  # else a killed server may forget what it has confirmed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("faults")


@pytest.fixture
def source_url(tmp_path: Path) -> str:
    """The address of a filled application database: a SQLite file."""
    return fill(f"sqlite:///{tmp_path / 'app.db'}")


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Opens sites, and ends all their processes after the test."""
    opened: list[Site] = []

    def opener(source_url: str, store_url: str, **options: Any) -> Site:
        opened.append(open_site(tmp_path / f"site-{len(opened)}", source_url, store_url, **options))
        return opened[-1]

    yield opener
    for site in opened:
        site.close()


@pytest.fixture
def site(sites: Callable[..., Site], source_url: str, store_url: str) -> Site:
    """A site over SQLite and over PostgreSQL, with a SQLite source."""
    return sites(source_url, store_url)


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test alone, to be killed."""
    with start_postgres(settings=DURABLE) as server:
        yield server
