"""The store's connections: when all are in use, and what a fault says of what was sent."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import make_url

from client_health.errors import StoreError
from client_health.monitoring.readiness import readiness
from client_health.store import engine as module
from client_health.store.engine import Store
from tests.cast import make_service


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
    faults: list[StoreError] = []
    for number in range(48):
        stores = [Store(make_url(f"sqlite:///{tmp_path / str(number)}.db")) for _ in range(6)]
        together = threading.Barrier(len(stores))

        def open_it(store: Store, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                with store.read():
                    pass
            except StoreError as fault:
                faults.append(fault)

        threads = [threading.Thread(target=open_it, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for store in stores:
            store.close()
    assert faults == []
