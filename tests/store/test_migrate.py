"""Migrations: they lead to the schema of the code, from several processes, and never back by accident."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from client_health.errors import ConfigError, StoreError
from client_health.store import migrate
from client_health.store.engine import Store
from client_health.store.schema import metadata
from tests.store.conftest import at_once, open_store

MIGRATIONS = Path(migrate.__file__).parent / "migrations"


def config(connection: sa.Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


def tables(store: Store) -> set[str]:
    with store.read() as connection:
        return set(sa.inspect(connection).get_table_names())


def write_revision(store: Store, revision: str) -> None:
    with store.write() as connection:
        connection.execute(sa.text("update alembic_version set version_num = :r"), {"r": revision})


def test_the_known_head_is_the_one_of_the_files():
    assert ScriptDirectory.from_config(config()).get_heads() == [migrate.HEAD]


def test_an_upgrade_leads_to_the_schema_of_the_code(store):
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert set(metadata.tables) | {"alembic_version"} == tables(store)


def test_an_upgrade_says_whether_it_did_something(bare):
    assert migrate.is_current(bare) is False
    assert migrate.upgrade(bare) is True
    assert migrate.is_current(bare) is True
    assert migrate.upgrade(bare) is False


def test_several_threads_may_upgrade_at_once(store_url):
    stores, changed = [open_store(store_url) for _ in range(4)], []
    faults = at_once(stores, lambda store: changed.append(migrate.upgrade(store)))
    assert (faults, any(changed), migrate.is_current(stores[0])) == ([], True, True)
    for store in stores:
        store.close()


def test_several_processes_may_upgrade_at_once(store_url):
    program = textwrap.dedent(
        """
        import sys
        from tests.store.conftest import open_store
        from client_health.store import migrate
        migrate.upgrade(open_store(sys.argv[1]))
        """
    )
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen([sys.executable, "-c", program, store_url], cwd=root, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in started:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
    store = open_store(store_url)
    assert migrate.is_current(store)
    store.close()


def test_a_store_of_a_newer_version_is_left_alone(store):
    write_revision(store, "9999")
    with pytest.raises(StoreError, match=r"newer version \(revision 9999\); upgrade client-health"):
        migrate.upgrade(store)


def test_a_downgrade_removes_every_table(store):
    with store.write() as connection:
        command.downgrade(config(connection), "base")
    assert tables(store) <= {"alembic_version"}
    assert migrate.upgrade(store) is True
    assert set(metadata.tables) <= tables(store)


def test_a_failing_migration_leaves_nothing_behind(bare, monkeypatch):
    original, calls = sa.Connection.execute, []

    def failing(self, statement, *rest, **more):
        if "score_days" in str(statement):
            calls.append(statement)
            raise RuntimeError("out of luck")
        return original(self, statement, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(sa.Connection, "execute", failing)
        with pytest.raises(RuntimeError):
            migrate.upgrade(bare)
    assert (len(calls), tables(bare)) == (1, set())
    assert migrate.upgrade(bare) is True


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "oracle://u:hunter2@h/d"])
def test_another_kind_of_database_is_refused_without_its_password(url):
    with pytest.raises(ConfigError, match="SQLite or PostgreSQL") as caught:
        open_store(url)
    assert "hunter2" not in str(caught.value)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ConfigError, match="missing does not exist"):
        open_store(f"sqlite:///{tmp_path}/missing/store.db")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_name_is_refused_and_left_empty(postgres, encoding):
    url = postgres.create_database(f"store_{encoding}".lower(), encoding)
    store = open_store(url)
    try:
        with pytest.raises(ConfigError, match=rf"store\.url: .*{encoding}.*encoding 'UTF8'"):
            migrate.upgrade(store)
        assert tables(store) == set()
    finally:
        store.close()
        postgres.drop_database(f"store_{encoding}".lower())
