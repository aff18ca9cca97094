"""Passwords of addresses appear nowhere: not on the terminal, not in logs, not in the store."""

import socket
import sqlite3

import pytest

from tests.cast import with_password
from tests.cli.conftest import Cli

COMMANDS = ["run", "check", "backfill --from 2026-03-01 --to 2026-03-01", "run --json --tenant anna"]


def refused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def secretive(cli: Cli) -> Cli:
    """The source refuses connections; its address holds a password."""
    cli.environment["APP_DATABASE_URL"] = f"postgresql://app:hunter2@127.0.0.1:{refused_port()}/app"
    return cli


def test_the_password_of_a_source_that_refuses_is_shown_and_stored_nowhere(secretive):
    for command in COMMANDS:
        done = secretive.installed(*command.split()) if command == "run" else secretive(*command.split())
        assert done.returncode == 1, command
        assert "hunter2" not in done.stdout + done.stderr
    for command in ("status", "export runs --format jsonl"):
        assert "hunter2" not in "".join(secretive(*command.split()).stdout)
    with sqlite3.connect(secretive.folder / "store.db") as connection:
        dump = "\n".join(connection.iterdump())
        failures = connection.execute("select failure from runs").fetchall()
    assert "hunter2" not in dump
    assert len(failures) == 3
    assert all("cannot connect" in failure for (failure,) in failures)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hunter2@127.0.0.1:{port}/store",
        "mysql://app:hunter2@127.0.0.1/store",
        "postgresql://app:hunter2@127.0.0.1:port/store",
        "hunter2 is no address",
    ],
)
def test_the_password_of_a_store_is_shown_nowhere(cli, url):
    config = cli.folder / "client-health.toml"
    old = f"sqlite:///{cli.folder / 'store.db'}"
    config.write_text(config.read_text().replace(old, url.replace("{port}", str(refused_port()))))
    for command in ("status", "run"):
        done = cli(command)
        assert done.returncode == 1
        assert "store" in done.stderr
        assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "url", ["nonsense hunter2", "postgresql://a:hunter2@h:port/x", "nodb://a:hunter2@h/x"]
)
def test_an_address_of_a_source_that_makes_no_sense_is_not_repeated(cli, url):
    done = cli("run", APP_DATABASE_URL=url)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    with sqlite3.connect(cli.folder / "store.db") as connection:
        assert "hunter2" not in "\n".join(connection.iterdump())


def test_a_store_that_asks_for_a_password_works_and_never_shows_it(cli, postgres):
    url = with_password(postgres.create_database("secretive"))
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace(f"sqlite:///{cli.folder / 'store.db'}", url))
    for command in ("run", "status", "export runs"):
        done = cli(*command.split())
        assert done.returncode == 0, done.stderr
        assert "hunter2" not in done.stdout + done.stderr
    postgres.drop_database("secretive")
