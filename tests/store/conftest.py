"""A migrated, empty store on either dialect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_health.settings.addresses import resolve_address
from client_health.store import migrate
from client_health.store.engine import Store


def open_store(url: str) -> Store:
    """A store at an address, not migrated yet."""
    return Store(resolve_address(url, "store.url", Path()))


@pytest.fixture
def bare(store_url: str) -> Iterator[Store]:
    """An empty database without tables."""
    store = open_store(store_url)
    yield store
    store.close()


@pytest.fixture
def store(bare: Store) -> Store:
    """An empty store of this version."""
    migrate.upgrade(bare)
    return bare
