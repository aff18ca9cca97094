"""The commands of docs/upgrade-and-backup.md: backed up in the middle of a run, restored, scores equal."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url

from client_health.store import backup, migrate
from client_health.store.engine import Store
from client_health.store.schema import health_scores, runs
from tests.cast import CONFIG, MONDAY, SCORECARD, make_service
from tests.cli.conftest import Cli, Forks, clean_environment
from tests.docs.commands import Reader
from tests.docs.pages import DOCS, blocks

pytestmark = pytest.mark.slow
TUESDAY = MONDAY + timedelta(days=1)
PAGE = "upgrade-and-backup.md"
OURS = CONFIG.replace('"{store_url}"', '"${STORE_URL}"')
RESTORED = "client_health_restored"


@pytest.fixture
def cli(tmp_path: Path, forks: Forks, request: pytest.FixtureRequest) -> Iterator[Cli]:
    """A service whose store is named by the environment, in the folder or on a server."""
    address, restored = "sqlite:///client-health.db", ""
    server, name = None, f"backed_up_{uuid4().hex}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        address, restored = server.create_database(name), server.url(RESTORED)
    made = tmp_path / "made"
    made.mkdir()
    make_service(tmp_path, f"sqlite:///{made / 'unused.db'}", OURS, SCORECARD).store.close()
    yield Cli(tmp_path, forks, clean_environment() | {"STORE_URL": address, "RESTORED_URL": restored})
    if server is not None:
        server.drop_database(name)
        server.drop_database(RESTORED)


def opened(cli: Cli, address: str) -> Store:
    url = make_url(address)
    here = url.get_backend_name() == "sqlite"
    return Store(url.set(database=str(cli.folder / (url.database or ""))) if here else url)


def scores(cli: Cli, address: str, day: date) -> list[tuple]:
    """Every score of a date."""
    store, table = opened(cli, address), health_scores.c
    query = sa.select(table.tenant, table.overall, table.component_scores, table.risk_level)
    with store.read() as connection:
        found = list(connection.execute(query.where(table.day == day).order_by(table.tenant)))
    store.close()
    return [tuple(map(str, row)) for row in found]


def statuses(cli: Cli, address: str) -> list[str]:
    store = opened(cli, address)
    with store.read() as connection:
        found = list(connection.scalars(sa.select(runs.c.status).order_by(runs.c.created_at)))
    store.close()
    return found


def in_the_middle_of_a_run(cli: Cli, reader: Reader, back_up: str) -> None:
    """Score a Monday, change the application, and back up while the run of the Tuesday waits for it."""
    address = cli.environment["STORE_URL"]
    assert cli("run", "--as-of", "2026-03-02").returncode == 0
    cli.app.tenant("ben", active=3)
    application = sqlite3.connect(cli.app.path, isolation_level=None)
    application.execute("begin exclusive")
    running = cli.start("run", "--as-of", "2026-03-03")
    deadline = time.monotonic() + 60
    while statuses(cli, address) != ["completed", "active"]:
        assert time.monotonic() < deadline, running.communicate()
        time.sleep(0.1)
    reader.follow(back_up)
    assert running.poll() is None, "the backup was to be made in the middle of the run"
    application.execute("rollback")
    application.close()
    assert running.wait(timeout=60) == 0, running.communicate()
    running.communicate()


def assert_restored(cli: Cli, reader: Reader, address: str, restore: str) -> None:
    """The scores are those of before; the run that was under way leads to the same scores as undisturbed."""
    original = cli.environment["STORE_URL"]
    monday, tuesday = (scores(cli, original, day) for day in (MONDAY, TUESDAY))
    assert len(monday) == len(tuesday) == 4
    assert monday != tuesday
    assert "2026-03-02" in reader.follow(restore)
    assert scores(cli, address, MONDAY) == monday
    assert scores(cli, address, TUESDAY) == []
    assert statuses(cli, address) == ["completed", "active"]
    done = cli("run", "--as-of", "2026-03-03", STORE_URL=address)
    assert done.returncode == 0, done.stderr
    assert scores(cli, address, TUESDAY) == tuesday
    assert statuses(cli, address) == ["completed", "failed", "completed"]


@pytest.mark.parametrize("cli", ["sqlite"], indirect=True)
def test_sqlite_backed_up_during_a_run_and_restored(cli):
    reader = Reader(PAGE, cli.folder, cli.environment)
    in_the_middle_of_a_run(cli, reader, "client-health db backup client-health.backup.db")
    copy = cli.folder / "client-health.backup.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    again = cli("db", "backup", copy.name)
    assert again.returncode == 1
    assert "exists already; nothing was written" in again.stderr
    original = cli.folder / "kept.db"
    backup.back_up(opened(cli, "sqlite:///client-health.db"), original)
    cli.environment["STORE_URL"] = "sqlite:///kept.db"
    reader = Reader(PAGE, cli.folder, cli.environment | {"STORE_URL": "sqlite:///client-health.db"})
    assert_restored(cli, reader, "sqlite:///client-health.db", "rm -f client-health.db")


@pytest.mark.parametrize("cli", ["postgresql"], indirect=True)
def test_postgresql_backed_up_during_a_run_and_restored(cli):
    refused = cli("db", "backup", "x.db")
    assert refused.returncode == 1
    assert "use pg_dump for PostgreSQL" in refused.stderr
    reader = Reader(PAGE, cli.folder, cli.environment)
    in_the_middle_of_a_run(cli, reader, "pg_dump --format=custom")
    assert_restored(cli, reader, cli.environment["RESTORED_URL"], "createdb ")


@pytest.mark.parametrize("cli", ["sqlite", "postgresql"], indirect=True)
def test_a_store_of_an_older_version_is_backed_up_as_it_is_and_brought_up_to_date(cli):
    store = opened(cli, cli.environment["STORE_URL"])
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    if store.dialect == "sqlite":
        Reader(PAGE, cli.folder, cli.environment).follow("client-health db backup")
        assert revision(opened(cli, "sqlite:///client-health.backup.db")) == "0004"
    said = Reader(PAGE, cli.folder, cli.environment).follow(
        "client-health db upgrade\n$ client-health status"
    )
    assert "was brought up to date" in said
    assert revision(store) == migrate.HEAD
    store.close()


def revision(store: Store) -> str:
    with store.read() as connection:
        return str(connection.scalar(sa.text("select version_num from alembic_version")))


def test_no_command_of_the_page_is_left_out():
    starts = (
        "client-health db backup",
        "rm -f",
        "pg_dump",
        "createdb",
        "client-health db upgrade\n$ client-h",
    )
    for block in blocks(DOCS / PAGE, "console"):
        assert block.removeprefix("$ ").startswith(starts)
    assert not blocks(DOCS / PAGE, "sh")
