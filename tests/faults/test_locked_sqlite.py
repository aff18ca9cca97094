"""Another process holds SQLite's write lock for 10 s: everybody waits, nobody fails."""

import sqlite3
import time

import pytest

from tests.faults.settled import assert_settled
from tests.faults.site import READING, SCORING, Site

SECONDS = 10


@pytest.fixture
def site(sites, source_url, tmp_path) -> Site:
    return sites(source_url, f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.parametrize("progress", [READING, SCORING])
def test_a_sqlite_store_that_another_process_locks_for_10_seconds(site, tmp_path, progress):
    run_id = site.ask()
    worker = site.start()
    site.wait_working(run_id, progress)
    other = sqlite3.connect(tmp_path / "store.db", timeout=30, isolation_level=None)
    other.execute("begin immediate")
    time.sleep(SECONDS)
    locked_at = site.run_of(run_id)
    other.execute("rollback")
    other.close()
    run = site.wait_completed(run_id)
    assert locked_at.status == "active", "the lock came before the end"
    assert (run.outcome, run.attempt) == ("clean", 1)
    assert worker.poll() is None
    assert_settled(site)
