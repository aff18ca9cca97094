"""The store lets nobody write: its disk is full, or it is read-only. Nothing is ever half published."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.databases import PostgresServer, give_to_server
from tests.faults.settled import assert_settled, assert_whole_or_not_at_all
from tests.faults.site import Site
from tests.faults.small_disk import mounts_work, small_disk

# Stands in for a full disk where none can be mounted: the same error, from a statement instead of a file.
NO_ROOM = """
create function no_room() returns trigger language plpgsql as $$
begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
create trigger no_room before insert on health_scores for each statement execute function no_room();
"""
MIDDLING = 32 << 20  # bytes: an empty database of PostgreSQL takes 8 MB
REFUSING = Path(__file__).parent / "refusing"
Act = Callable[[], None]


def refuse_for_a_while(site: Site, refuse: Act, relent: Act, words: str, **environment: str) -> None:
    """Let the store refuse in mid-run, look at what is left, and let it relent."""
    site.start(**environment)
    site.wait_completed(site.ask(0))
    run_id = site.ask(1)
    site.wait_working(run_id)
    refuse()
    worker = site.processes[0]
    site.wait(lambda: is_told(site.log(worker), words, run_id), "the log says what is wrong with the run")
    assert_whole_or_not_at_all(site)
    assert not site.completed(run_id)
    assert worker.poll() is None
    relent()
    run = site.wait_completed(run_id)
    assert (run.outcome, run.failure) == ("clean", None)
    assert run.attempt > 1
    assert any(words in one["reason"] for one in run.counts["interruptions"]), "the record says what happened"
    assert "Traceback" not in site.log(worker)
    assert_settled(site, (0, 1))


def is_told(log: str, *words: str) -> bool:
    """Whether one line of a log has all of these."""
    return any(all(word in line for word in words) for line in log.splitlines())


def test_a_sqlite_store_whose_disk_is_full(sites, source_url, tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        site = sites(source_url, f"sqlite:///{disk.folder / 'store.db'}")

        def pids() -> list[int]:
            return [process.pid for process in site.processes]

        refuse_for_a_while(site, lambda: disk.fill(pids()), lambda: disk.free(pids()), "disk is full")
        site.close()


@contextmanager
def small_database(server: PostgresServer) -> Iterator[tuple[Act, Act]]:
    """The store's database lies in a small file system; returns how it is filled and freed."""
    if not mounts_work():
        server.create_database("store")
        yield lambda: execute(server, NO_ROOM), lambda: execute(server, "drop function no_room cascade")
        return
    with small_disk(server.home / "disk", MIDDLING) as disk:
        location = disk.folder / "space"
        location.mkdir(mode=0o700)
        give_to_server(location)
        execute(server, f"create tablespace small location '{location}'", "postgres")
        execute(server, "create database store tablespace small", "postgres")
        yield lambda: disk.fill([]), lambda: disk.free([])
        server.stop("immediate")


def test_a_postgresql_store_whose_disk_is_full(own_postgres, sites, source_url):
    with small_database(own_postgres) as (fill, free):
        site = sites(source_url, own_postgres.url("store"))
        refuse_for_a_while(site, fill, free, "No space left on device")
        site.close()


def test_a_postgresql_store_that_is_read_only_for_a_while(own_postgres, sites, source_url):
    site = sites(source_url, own_postgres.create_database("store"))
    refuse_for_a_while(
        site,
        lambda: make_read_only(own_postgres, "on"),
        lambda: make_read_only(own_postgres, "off"),
        "read-only transaction",
    )


def make_read_only(server: PostgresServer, word: str) -> None:
    """Let new connections to the store only read, and end those that are open."""
    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'store'"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"alter database store set default_transaction_read_only = {word}".encode())
        connection.execute(others)


def test_a_sqlite_store_that_is_read_only_for_a_while(sites, source_url, tmp_path):
    the_file = tmp_path / "read-only"
    refuse_for_a_while(
        sites(source_url, "sqlite:///store.db"),
        the_file.touch,
        the_file.unlink,
        "attempt to write a readonly database",
        PYTHONPATH=str(REFUSING),
        READ_ONLY_WHILE=str(the_file),
    )


def test_a_sqlite_store_that_is_read_only_is_a_sentence_and_later_works_again(sites, source_url, tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        site = sites(source_url, f"sqlite:///{disk.folder / 'store.db'}")
        run_id = site.ask()
        site.store.close()
        read_only(disk.folder, True)
        worker = site.start()
        assert worker.wait(timeout=240) == 1
        assert "error: the store" in site.log(worker)
        assert "Traceback" not in site.log(worker)
        read_only(disk.folder, False)
        site.start()
        site.wait_completed(run_id)
        assert_settled(site)
        site.close()


def read_only(folder: Path, on: bool) -> None:
    """Mount it read-only, or take away the right to write where nothing can be mounted."""
    if mounts_work():
        subprocess.run(["mount", "-o", f"remount,{'ro' if on else 'rw'}", str(folder)], check=True)
        return
    for path in (folder, *folder.iterdir()):
        path.chmod((0o555 if path.is_dir() else 0o444) if on else (0o755 if path.is_dir() else 0o644))


def execute(server: PostgresServer, sql: str, database: str = "store") -> None:
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        connection.execute(sql.encode())
