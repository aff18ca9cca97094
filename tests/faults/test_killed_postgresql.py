"""PostgreSQL dies in mid-run, as a whole or one connection of it: the store, and the source."""

import os
import signal
from contextlib import closing, suppress

import psycopg
import pytest
import sqlalchemy as sa

from tests.databases import PostgresServer
from tests.faults.fleet import fill
from tests.faults.settled import assert_settled, assert_whole_or_not_at_all
from tests.faults.site import PUBLISHING, READING, slowly
from tests.faults.test_frozen_worker import HOLD_UP

AFTER = {"reading": READING, "publishing": PUBLISHING}


def ours(server: PostgresServer, database: str) -> list[int]:
    """Process ids of the connections to a database, but for the one that asks."""
    query = "select pid from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"
    with psycopg.connect(server.url()) as connection:
        return [pid for (pid,) in connection.execute(query, (database,))]


def kill_server(server: PostgresServer, _: str) -> None:
    """kill −9 of the postmaster; its children end when they notice."""
    server.kill()
    server.start()


def kill_one_backend(server: PostgresServer, database: str) -> None:
    """kill −9 of one connection's process: the postmaster then ends all others, of which we have one, and
    recovers."""
    with closing(psycopg.connect(server.url(), autocommit=True)) as witness:
        os.kill(ours(server, database)[0], signal.SIGKILL)
        with suppress(psycopg.OperationalError):
            witness.execute("select pg_sleep(60)")


def terminate_ours(server: PostgresServer, database: str) -> None:
    """What an administrator or a pooler does."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for pid in ours(server, database):
            connection.execute("select pg_terminate_backend(%s)", (pid,))


FAULTS = [kill_server, kill_one_backend, terminate_ours]
SERVE, WORKER = ("serve", "--port", "0"), ("worker",)  # a worker beside the API, and one alone


@pytest.mark.parametrize(("stage", "command"), [("reading", SERVE), ("publishing", WORKER)])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_store_dies_and_comes_back_in_mid_run(own_postgres, sites, source_url, fault, stage, command):
    site = sites(source_url, own_postgres.create_database("store"))
    if stage == "publishing":  # long enough to be hit amid it
        with site.store.engine.begin() as connection:
            connection.execute(sa.text(HOLD_UP))
    run_id = site.ask()
    worker = site.start(*command)
    site.wait_working(run_id, AFTER[stage])
    site.store.engine.dispose()
    fault(own_postgres, "store")
    site.wait(lambda: answers(own_postgres), "the server is back")
    run = site.wait_completed(run_id)
    assert worker.poll() is None, "the worker lives on"
    assert run.attempt <= 3
    told = run.counts.get("interruptions", [])
    assert [one["attempt"] for one in told] == list(range(1, run.attempt)), "the record tells what happened"
    if stage == "publishing":
        assert "the store does not answer" in told[0]["reason"]
    assert_whole_or_not_at_all(site)
    assert_settled(site)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_source_dies_and_comes_back_in_mid_run(own_postgres, sites, store_url, fault):
    source = fill(own_postgres.create_database("source"))
    site = sites(source, store_url, change=slowly(2))
    run_id = site.ask()
    site.start()
    site.wait_working(run_id)
    fault(own_postgres, "source")
    run = site.wait_completed(run_id)
    assert run.outcome == "clean"
    assert run.counts["statements"] > 3, "one of them was asked again"
    assert_settled(site)


def answers(server: PostgresServer) -> bool:
    try:
        psycopg.connect(server.url()).close()
    except psycopg.OperationalError:
        return False
    return True
