"""The roles of docs/deployment.md are enough: to migrate, to score, and for the engine's own tables."""

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from client_health.jobs.worker import Worker
from tests.cast import MONDAY, make_service
from tests.docs.pages import DOCS, block_named, blocks

PAGE = DOCS / "deployment.md"
ROLE, DATABASE = "client_health_owner", "client_health"
DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def store_url(postgres):
    """The address of the store as the page makes it."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        for statement in block_named(PAGE, "sql", "create role").split(";\n"):
            connection.execute(statement.encode())
    url = make_url(postgres.url(DATABASE)).set(username=ROLE)
    yield url.render_as_string(hide_password=False)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"drop database {DATABASE} with (force)".encode())
        connection.execute(f"drop role {ROLE}".encode())


def test_the_role_of_the_store_may_do_all_that_the_program_does(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    assert service.night(MONDAY).status == "completed"
    worker = Worker(service.store, service.settings)
    worker.start()
    assert worker.alive
    worker.stop()
    with psycopg.connect(store_url) as connection:
        more = "rolsuper or rolcreaterole or rolcreatedb or rolbypassrls"
        found = connection.execute(f"select {more} from pg_roles where rolname = %s", [ROLE]).fetchone()
    assert found == (False,)
    service.store.close()


def test_the_files_that_the_page_names_exist():
    text = "\n".join(blocks(PAGE, "sh"))
    named = set(re.findall(r"(?:deploy/|cp )([\w.-]+\.(?:toml|example|service))", text))
    assert named == {
        "client-health.toml",
        "client-health.env.example",
        "client-health.service",
        "postgres.env.example",
    }
    assert all((DEPLOY / name).is_file() for name in named)
