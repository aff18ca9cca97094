"""Several workers, one store: work is shared, the source asked one thing at a time, a night run once."""

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.store import runs
from client_health.store.run_requests import RunRequest
from tests.cast import TESTER
from tests.databases import PostgresServer
from tests.faults.fleet import DAYS, FIRST, day, fill
from tests.faults.settled import assert_settled, held
from tests.faults.site import Site, slowly

WORKERS = 4


def seats(site: Site) -> list[str]:
    return [name for name in held(site) if name.startswith("worker:")]


def test_workers_that_start_at_the_same_instant_on_a_new_store_share_it(sites, source_url, store_url):
    site = sites(source_url, store_url, migrated=False)
    workers = [site.start() for _ in range(WORKERS)]
    site.wait(lambda: all(b"worker is ready" in site.log(one).encode() for one in workers), "all are ready")
    assert [one.poll() for one in workers] == [None] * WORKERS
    assert len(seats(site)) == WORKERS
    assert not any("Traceback" in site.log(one) for one in workers)
    site.wait_completed(site.ask())
    assert_settled(site)


def test_one_nightly_run_for_each_date_however_many_schedulers_start_at_once(sites, source_url, store_url):
    nightly = ('cron = "off"', 'cron = "* * * * *"')
    site = sites(source_url, store_url, pause_ms=0, change=lambda config: config.replace(*nightly))
    last = (datetime.now(UTC).date() - FIRST).days - 1
    first = site.start("run", "--as-of", day(last - 3).isoformat())
    assert first.wait(timeout=240) == 0, site.logs()
    for _ in range(WORKERS):
        site.start()
    site.wait(lambda: all_runs(site)[-1:] == [(day(last), "night", "completed")], "last night is scored")
    assert all_runs(site) == [
        (day(last - 3), "command", "completed"),
        (day(last - 2), "catch_up", "completed"),
        (day(last - 1), "catch_up", "completed"),
        (day(last), "night", "completed"),
    ]
    assert_settled(site, range(last - 3, last + 1))


def all_runs(site: Site) -> list[tuple]:
    with site.store.read() as connection:
        found = runs.between(connection, FIRST, FIRST + timedelta(days=DAYS))
    return [(run.score_date, run.trigger, run.status) for run in found]


class Watcher:
    """Looks at the source again and again: how many of our statements work on it at the same time?"""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self.most, self.looks = 0, 0
        self._stop = threading.Event()
        self._address = (server.url(), database)
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        url, database = self._address
        query = """select count(*) from pg_stat_activity
                   where datname = %s and state = 'active' and query like '%%tenant_id%%'"""
        with psycopg.connect(url, autocommit=True) as connection:
            while not self._stop.wait(0.02):
                (count,) = connection.execute(query, (database,)).fetchone() or (0,)
                self.most, self.looks = max(self.most, count), self.looks + 1


@pytest.fixture
def shared(sites, postgres: PostgresServer):
    """Opens a site whose store and source are in PostgreSQL, each statement lasting so many seconds."""
    number, watchers = time.monotonic_ns(), contextlib.ExitStack()
    source, store = (postgres.create_database(f"{kind}_{number}") for kind in ("source", "store"))

    def opener(seconds: float) -> tuple[Site, Watcher]:
        site = sites(fill(source), store, change=slowly(seconds))
        watchers.callback(site.close)
        return site, watchers.enter_context(Watcher(postgres, f"source_{number}"))

    with watchers:
        yield opener
    for kind in ("source", "store"):
        postgres.drop_database(f"{kind}_{number}")


def ask_for_days(site: Site, count: int) -> list[str]:
    """Queue runs that do not exclude each other."""
    found = []
    for number in range(count):
        as_of = end_of_day(day(number), UTC)
        request = RunRequest("all", "request", TESTER, day(number), as_of, exclusive_key=f"day {number}")
        found.append(requests.ask(site.store, site.settings, request, datetime.now(UTC))[0].id)
    return found


def test_workers_share_the_runs_and_never_ask_the_source_two_things_at_once(shared):
    site, watcher = shared(seconds=0.5)
    for _ in range(3):
        site.start()
    site.wait(lambda: len(seats(site)) == 3, "three workers")
    asked = ask_for_days(site, 6)
    done = [site.wait_completed(run_id) for run_id in asked]
    assert len({run.worker for run in done}) > 1, "one of them did everything"
    assert [run.started_at for run in done] == sorted(run.started_at for run in done), "in order"
    assert (watcher.most, watcher.looks > 100) == (1, True)
    assert_settled(site, range(6))


def test_a_dead_workers_statement_is_waited_for_before_the_source_is_asked_again(shared):
    site, watcher = shared(seconds=12)  # longer than it takes to notice that a worker is dead
    for _ in range(2):
        site.start()
    site.wait(lambda: len(seats(site)) == 2, "two workers")
    run_id = site.ask()
    site.wait_working(run_id)
    dead = site.at_work(run_id)
    dead.kill()
    dead.wait()
    site.wait(lambda: site.run_of(run_id).attempt == 2, "a living worker takes over", 60)
    assert site.wait_completed(run_id).outcome == "clean"
    assert watcher.most == 1
    assert_settled(site)
