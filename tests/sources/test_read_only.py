"""Sessions on real databases write nothing, whatever is asked of them."""

import contextlib
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from client_health.errors import SourceError
from client_health.sources.session import SourceSession
from tests.sources.application import execute, one, session_on

WRITES = [
    "insert into organizations values (99, 'Zero')",
    "update organizations set name = 'Owned'",
    "delete from organizations",
    "delete from organizations returning id",
    "insert into organizations values (99, 'Zero') returning id",
    "create table owned (id integer)",
    "drop table users",
    "alter table organizations add column owned text",
]
POSTGRESQL_WRITES = [
    "with w as (delete from organizations returning id) select id from w",
    "select 1; delete from organizations",
    "commit; delete from organizations",
    "rollback; delete from organizations",
    "; delete from organizations",
    "begin; delete from organizations; commit",
    "truncate organizations",
    "do $$ begin delete from organizations; end $$",
    "do $$ begin commit; delete from organizations; end $$",
    "copy organizations from program 'echo 1'",
    "select burn()",
    "call burn_and_commit()",
    "explain analyze delete from organizations",
    "select set_config('transaction_read_only', 'off', false)",
    "set transaction read write",
    "set session characteristics as transaction read write",
    "select nextval('tickets')",
    "select * from organizations for update",
]
# Each is allowed or harmless by itself; none may open a way for the statement after it.
POSTGRESQL_TRICKS = [
    "select set_config('default_transaction_read_only', 'off', false)",
    "select set_config('transaction_read_only', 'off', false)",
    "set session characteristics as transaction read write",
    "set default_transaction_read_only = off",
    "commit",
    "rollback",
    "discard all",
    "reset all",
]
SQLITE_TRICKS = ["pragma query_only = off", "commit", "begin immediate", "pragma writable_schema = on"]


def organizations(url: str) -> list[tuple[object, ...]]:
    """What the table holds, read by a session of its own."""
    return list(session_on(url).fetch("select id, name from organizations order by id", {}))


@pytest.mark.parametrize("sql", WRITES)
def test_no_statement_can_write(app_url: str, session: SourceSession, sql: str) -> None:
    before = organizations(app_url)
    with pytest.raises(SourceError):
        session.fetch(sql, {})
    assert organizations(app_url) == before


def test_no_trick_of_postgresql_can_write(own_postgres_app: str) -> None:
    execute(
        own_postgres_app,
        """
        create sequence tickets;
        create function burn() returns int language sql as 'delete from organizations; select 1';
        create procedure burn_and_commit() language plpgsql as
          $$ begin rollback; delete from organizations; commit; end $$;
        """,
    )
    before, session = organizations(own_postgres_app), session_on(own_postgres_app)
    for sql in POSTGRESQL_WRITES:
        with pytest.raises(SourceError):
            session.fetch(sql, {})
        assert organizations(own_postgres_app) == before, sql
    session.close()


@pytest.mark.parametrize("trick", POSTGRESQL_TRICKS)
def test_no_trick_opens_postgresql_for_the_next_statement(
    postgres_app: str, postgres_session: SourceSession, trick: str
) -> None:
    before = organizations(postgres_app)
    with contextlib.suppress(SourceError):
        postgres_session.fetch(trick, {})
    with pytest.raises(SourceError, match="read-only transaction"):
        postgres_session.fetch("delete from organizations returning id", {})
    assert organizations(postgres_app) == before


@pytest.mark.parametrize("trick", SQLITE_TRICKS)
def test_no_trick_opens_sqlite_for_the_next_statement(sqlite_app: str, trick: str) -> None:
    before, session = organizations(sqlite_app), session_on(sqlite_app)
    with pytest.raises(SourceError):
        session.fetch(trick, {})
    with pytest.raises(SourceError, match="only a SELECT is allowed"):
        session.fetch("delete from organizations returning id", {})
    assert organizations(sqlite_app) == before


@pytest.mark.parametrize("sql", ["select 1; select 2", "select 1; delete from organizations"])
def test_two_statements_are_refused_on_sqlite(sqlite_app: str, sql: str) -> None:
    with pytest.raises(SourceError, match="one statement"):
        session_on(sqlite_app).fetch(sql, {})


def test_sqlite_cannot_create_another_file(sqlite_app: str, tmp_path: Path) -> None:
    session, other = session_on(sqlite_app), tmp_path / "other.db"
    for sql in (f"attach '{other}' as other", f"vacuum into '{other}'"):
        with pytest.raises(SourceError):
            session.fetch(sql, {})
    assert not other.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "select value from json_each('[1]')",
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < 9) select x from n",
        "select id, row_number() over (order by id) from users",
        "select count(*) from organizations where id in (select organization_id from users)",
    ],
)
def test_whatever_only_reads_is_allowed_on_sqlite(sqlite_app: str, sql: str) -> None:
    assert len(session_on(sqlite_app).fetch(sql, {}))


def test_full_text_search_works_on_sqlite(sqlite_app: str) -> None:
    execute(sqlite_app, "create virtual table notes using fts5(text); insert into notes values ('late fee')")
    assert one(session_on(sqlite_app), "select count(*) from notes where notes match 'fee'") == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select * from pragma_table_info('users')",
        "select load_extension('x')",
        "create temp table owned (id int)",
        "savepoint owned",
        "analyze",
    ],
)
def test_what_reaches_further_is_refused_on_sqlite(sqlite_app: str, sql: str) -> None:
    with pytest.raises(SourceError, match=r"only a SELECT is allowed|not authorized"):
        session_on(sqlite_app).fetch(sql, {})


def test_row_level_security_raises_instead_of_hiding_rows(own_postgres_app: str) -> None:
    role = f"reader_{uuid4().hex[:12]}"
    execute(
        own_postgres_app,
        f"""
        create role {role} login;
        grant select on users, organizations to {role};
        alter table users enable row level security;
        create policy nobody on users using (false);
        """,
    )
    session = session_on(make_url(own_postgres_app).set(username=role).render_as_string(hide_password=False))
    with pytest.raises(SourceError, match="row-level security"):
        session.fetch("select count(*) from users", {})
    assert one(session, "select count(*) from organizations") == 5
    session.close()
    execute(own_postgres_app, f"drop owned by {role}; drop role {role}")
