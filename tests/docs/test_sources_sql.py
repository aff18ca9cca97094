"""The SQL of docs/sources.md does what the page says, on a real PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from client_health.presets import load_preset
from client_health.sources.statement import TenantRange, render, scoped
from tests.casework.builder import AS_OF, Casework
from tests.databases import PostgresServer, casework_postgresql
from tests.docs.pages import block_named
from tests.docs.roles import PAGE, as_role, drop_role, make_role

RECENTLY = AS_OF - timedelta(days=3)
FILLING = """
insert into users
select 'u' || n, 't' || n % 200, 'x', 'x', true, now(), now(), now() from generate_series(1, 20000) n;
insert into campaigns
select 'c' || n, 't' || n, 'x', 'x', 'ACTIVE', now(), now(), now(), now() from generate_series(0, 199) n;
insert into campaign_assignments
select 'a' || n, 't' || n % 200, 'c' || n % 200, 'x', 'PENDING', now(), null,
       timestamp '2026-01-01' + n % 90 * interval '1 day', now(), now() from generate_series(1, 20000) n;
insert into feature_adoptions
select 'f' || n, 't' || n % 200, 'F' || n, now(), now(), 1, now(), now() from generate_series(1, 20000) n;
insert into support_tickets
select 's' || n, 't' || n % 200, 'x', 'x', 'x', 'x', now(), now(), null, null
from generate_series(1, 20000) n;
"""


@pytest.fixture
def app(postgres: PostgresServer) -> Iterator[str]:
    """An application's database with the casework schema; the role of the page is gone afterwards."""
    name = f"app_{uuid4().hex}"
    url = casework_postgresql(postgres.create_database(name))
    yield url
    postgres.drop_database(name)
    drop_role(postgres)


def command(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "client_health.cli", *arguments],
        cwd=folder,
        env=os.environ | {"APP_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_check_and_run_work_under_the_role_that_can_only_select(app, tmp_path):
    casework = Casework(app)
    casework.tenant("acme").users(4, RECENTLY).case().investigation(RECENTLY).campaign().assignment()
    casework.tenant("bolt").users(2, RECENTLY).feature("SSO_ENABLED").ticket()
    casework.save()
    make_role(app)
    command(tmp_path, as_role(app), "init", "--preset", "casework")
    config = tmp_path / "client-health.toml"
    config.write_text(config.read_text("utf-8").replace("pause_ms = 100", "pause_ms = 0"), "utf-8")
    assert "the user" not in command(tmp_path, as_role(app), "check").stderr
    assert "the user postgres is a superuser" in command(tmp_path, app, "check").stderr
    told = command(tmp_path, as_role(app), "run", "--as-of", "2026-03-01", "--json").stdout
    assert json.loads(told)["counts"]["scored"] == 2


@pytest.mark.parametrize(
    "statement",
    [
        "insert into organizations values ('x', 'x', 'x', '{}', true, now(), now())",
        "update users set is_active = false",
        "delete from support_tickets",
        "select email from users",
        "set transaction read write; update users set is_active = false",
    ],
)
def test_the_role_can_neither_write_nor_read_more_than_it_was_given(app, statement):
    make_role(app)
    with psycopg.connect(as_role(app)) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement.encode())


def plan(connection: psycopg.Connection[tuple[str]], name: str, scope: TenantRange) -> str:
    query = load_preset("casework", "postgresql").usage[name]
    days = int(query.settings.get("window_days", 30))
    as_of = datetime(2026, 3, 1, tzinfo=UTC)
    instants = {"as_of": as_of, "window_start": as_of - timedelta(days=days), "day_start": as_of}
    limits = {"first_tenant": scope.first, "last_tenant": scope.last}
    statement, values = render(scoped(query.sql, scope), instants | limits, "pyformat")
    rows = connection.execute(f"explain (costs off) {statement}".encode(), values).fetchall()
    return "\n".join(row[0] for row in rows)


def test_the_covering_indexes_answer_a_range_of_tenants_by_themselves(app):
    with psycopg.connect(app, autocommit=True) as connection:
        # Only what is flushed can be marked visible to all, which an index-only scan needs.
        connection.execute("set synchronous_commit = on")
        connection.execute(FILLING)
        connection.execute(block_named(PAGE, "sql", "-- covering indexes").encode())
        connection.execute("vacuum analyze")
        scope = TenantRange("t10", "t12")
        expected = {
            "login": "users",
            "campaign_completion": "campaign_assignments",
            "feature_adoption": "feature_adoptions",
            "support_tickets": "support_tickets",
        }
        for name, table in expected.items():
            lines = [line for line in plan(connection, name, scope).splitlines() if f" on {table}" in line]
            assert lines, name
            assert all("Index Only Scan" in line for line in lines), f"{name}: {lines}"
