"""The store's connections: when all are in use, and what a fault says of what was sent."""

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from client_health.errors import StoreError
from client_health.monitoring.readiness import readiness
from client_health.store import engine as module
from client_health.store.engine import Store
from tests.cast import make_service
from tests.store.conftest import at_once, open_store


def test_a_store_whose_connections_are_all_in_use_does_not_answer(tmp_path, store_url, monkeypatch):
    monkeypatch.setattr(module, "POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1})
    service = make_service(tmp_path, store_url)
    with service.store.read():
        with pytest.raises(StoreError, match="does not answer"), service.store.read():
            pass
        assert not readiness(service.store, service.settings, None).ready
    service.store.close()


def test_a_fault_does_not_tell_what_was_sent(store: Store):
    with store.engine.connect() as connection, pytest.raises(exc.DBAPIError) as caught:
        connection.execute(
            sa.text("select nothing from nowhere where secret = :secret"), {"secret": "hunter2"}
        )
    assert "hunter2" not in str(caught.value)


def test_processes_that_find_no_file_yet_may_open_it_at_once(tmp_path):
    """Without trying again about one file in eight is refused to somebody; 48 files are enough to see it."""
    faults: list[Exception] = []
    for number in range(48):
        stores = [open_store(f"sqlite:///{tmp_path / str(number)}.db") for _ in range(6)]
        faults += at_once(stores, read_nothing)
        for store in stores:
            store.close()
    assert faults == []


def read_nothing(store: Store) -> None:
    with store.read():
        pass
