"""Another process holds SQLite's write lock for 10 s: everybody waits, nobody fails."""

import sqlite3
import time

import pytest

from tests.faults.settled import assert_settled
from tests.faults.site import READING, SCORING, Site

SECONDS = 10
TRIES = 10


@pytest.fixture
def site(sites, source_url, tmp_path) -> Site:
    return sites(source_url, f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.parametrize("progress", [READING, SCORING])
def test_a_sqlite_store_that_another_process_locks_for_10_seconds(site, tmp_path, progress):
    worker = site.start()
    other = sqlite3.connect(tmp_path / "store.db", timeout=30, isolation_level=None)
    run_id = lock_amid_a_run(site, other, progress)
    time.sleep(SECONDS)
    other.execute("rollback")
    other.close()
    run = site.wait_completed(run_id)
    assert (run.outcome, run.attempt) == ("clean", 1)
    assert worker.poll() is None
    assert_settled(site)


def lock_amid_a_run(site: Site, other: sqlite3.Connection, progress: int) -> str:
    """Lock the store while a run is that far; a run that was faster does not count."""
    for _ in range(TRIES):
        run_id = site.ask()
        site.wait_working(run_id, progress)
        other.execute("begin immediate")
        if site.run_of(run_id).status == "active":
            return run_id
        other.execute("rollback")
    raise AssertionError(f"{TRIES} runs were over before the lock came")
