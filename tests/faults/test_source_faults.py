"""A source that is slow, hangs, goes away, answers in part or denies: it costs what it must and no more."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from client_health.store import runs
from tests.databases import PostgresServer
from tests.faults.fleet import fill
from tests.faults.proxy import Proxy
from tests.faults.settled import assert_settled
from tests.faults.site import READING, Site

LIMIT = "2s"  # the statement_timeout of these tests


@pytest.fixture
def server_url(postgres: PostgresServer) -> Iterator[str]:
    """A filled source in PostgreSQL."""
    name = f"source_{time.monotonic_ns()}"
    yield fill(postgres.create_database(name))
    postgres.drop_database(name)


@pytest.fixture
def proxy(server_url: str) -> Iterator[Proxy]:
    with Proxy(server_url) as proxy:
        yield proxy


@pytest.fixture
def site(sites, proxy, store_url) -> Site:
    """A source behind a line that can be disturbed."""
    return sites(proxy.url, store_url, statement_timeout=LIMIT)


def work(site: Site, while_it_works: Callable[[], None] = lambda: None, progress: int = 0) -> runs.Run:
    """Let a worker perform the run of a day; returns how it ended."""
    run_id = site.ask()
    site.start()
    site.wait_working(run_id, progress)
    while_it_works()
    site.wait(lambda: site.run_of(run_id).status not in runs.OPEN, "the run ends")
    return site.run_of(run_id)


def failures(run: runs.Run) -> dict[str, str]:
    return {report["name"]: report["failure"] for report in run.reports if report["failure"]}


def test_a_slow_line_only_takes_longer(site, proxy):
    proxy.mode = "slow"
    run = work(site)
    assert (run.status, run.outcome) == ("completed", "clean")
    assert_settled(site)


def test_a_source_that_never_answers_is_given_up_by_our_own_clock(site, proxy):
    """The server's statement_timeout is out of reach: the line is open, and nothing comes back."""
    run = work(site, lambda: setattr(proxy, "mode", "silent"), progress=READING)
    assert (run.status, run.attempt) == ("failed", 1)
    assert "the connection was cut" in run.failure or "cannot connect" in run.failure
    proxy.mode = "open"
    site.wait_completed(site.ask())
    assert_settled(site)


def test_a_source_that_answers_again_after_its_silence_is_read_by_the_next_attempt(site, proxy):
    def be_silent_for_a_while() -> None:
        proxy.mode = "silent"
        time.sleep(3)
        proxy.cut()
        proxy.mode = "open"

    run = work(site, be_silent_for_a_while, progress=READING)
    assert (run.status, run.outcome) == ("completed", "clean")
    assert_settled(site)


def test_a_connection_that_is_dropped_amid_an_answer_is_asked_again(site, proxy):
    proxy.cut_after = 12_000  # the tenants are 14 KB: half of them have come
    run = work(site)
    assert (run.status, run.outcome) == ("completed", "clean")
    assert run.counts["statements"] == 4
    assert_settled(site)


def test_a_statement_that_hangs_past_its_limit_costs_its_measures_and_is_named(sites, server_url, store_url):
    site = sites(server_url, store_url, statement_timeout=LIMIT)
    with psycopg.connect(server_url) as connection:
        connection.execute("lock table tickets in access exclusive mode")  # as a migration does
        run = work(site)
    assert (run.status, run.outcome) == ("completed", "with_errors")
    assert failures(run) == {"usage.tickets": "canceling statement due to statement timeout"}
    again = site.wait_completed(site.ask())
    assert again.outcome == "clean"
    assert_settled(site)


def test_a_table_that_is_denied_costs_its_measures_and_is_named(sites, server_url, store_url):
    site = sites(server_url, store_url)
    with psycopg.connect(server_url) as connection:
        connection.execute("create role reader login; grant select on orgs, daily to reader")
    reader = server_url.replace("postgres@", "reader@")
    site = sites(reader, store_url)
    run = work(site)
    assert (run.status, run.outcome) == ("completed", "with_errors")
    assert failures(run) == {"usage.tickets": "permission denied for table tickets"}
    with psycopg.connect(server_url) as connection:
        connection.execute("grant select on tickets to reader")
    assert site.wait_completed(site.ask()).outcome == "clean"
    assert_settled(site)
    with psycopg.connect(server_url) as connection:
        connection.execute("drop owned by reader; drop role reader")


@pytest.fixture
def file_site(sites, source_url, store_url) -> Site:
    """A source in a file, with a night behind it."""
    site = sites(source_url, store_url, pause_ms=0)
    site.start()
    site.wait_completed(site.ask(0))
    return site


@contextlib.contextmanager
def half_of(source_url: str, table: str, tenant: str) -> Iterator[None]:
    """Every other tenant's rows of a table are gone for a while, as in a copy that is restored just now."""
    path = source_url.removeprefix("sqlite:///")

    def execute(*statements: str) -> None:
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    execute(
        f"create table whole as select * from {table}",
        f"delete from {table} where substr({tenant}, -1) in ('1', '3', '5', '7', '9')",
    )
    yield
    execute(f"delete from {table}", f"insert into {table} select * from whole", "drop table whole")


def test_half_the_tenants_fail_the_run_and_nothing_is_published(file_site, source_url):
    with half_of(source_url, "orgs", "id"):
        run_id = file_site.ask(1)
        file_site.wait(lambda: file_site.run_of(run_id).status == "failed", "the run fails")
    assert "the tenants query lost 200 of 400 active tenants" in file_site.run_of(run_id).failure
    file_site.wait_completed(file_site.ask(1))
    assert_settled(file_site, (0, 1))


def test_half_the_rows_of_a_query_hold_the_run_back_until_they_are_there_again(file_site, source_url):
    with half_of(source_url, "daily", "org"):
        held = file_site.wait_completed(file_site.ask(1))
    assert held.outcome == "suspicious"
    assert "through active_users (usage.login)" in held.failure
    assert file_site.wait_completed(file_site.ask(1)).outcome == "clean"
    assert_settled(file_site, (0, 1))
