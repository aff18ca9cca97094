"""A migrated, empty store on either dialect."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from client_health.settings.addresses import resolve_address
from client_health.store import migrate
from client_health.store.engine import Store


def open_store(url: str) -> Store:
    """A store at an address, not migrated yet."""
    return Store(resolve_address(url, "store.url", Path()))


def at_once(stores: Sequence[Store], work: Callable[[Store], object]) -> list[Exception]:
    """Let a thread for each store do the work at the same moment; what they raised. The stores stay open."""
    together, faults = threading.Barrier(len(stores)), []

    def do(store: Store) -> None:
        together.wait()
        try:
            work(store)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=do, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


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
