"""Sessions on real databases: read-only in fact, in UTC, limited in time."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from client_health.errors import SourceError, SourceUnreachableError, UnusableAnswerError
from client_health.settings import SourceSettings
from client_health.sources.rows import TAKEN_IN
from client_health.sources.session import SourceSession
from tests.databases import PostgresServer
from tests.sources.application import execute, fresh_sqlite, one, session_on

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) as n from n"
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


@pytest.fixture
def postgres_session(postgres_app: str) -> Iterator[SourceSession]:
    session = session_on(postgres_app)
    yield session
    session.close()


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


def test_a_statement_that_returns_nothing_is_refused_in_words(session: SourceSession) -> None:
    with pytest.raises(SourceError, match="returns no rows at all; a SELECT is expected"):
        session.fetch("rollback" if session.backend == "postgresql" else "reindex", {})


def test_a_session_is_usable_again_after_a_failure(session: SourceSession) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        session.fetch("select * from nowhere", {})
    assert one(session, "select count(*) from organizations") == 5


def test_an_answer_without_rows_tells_its_columns(session: SourceSession) -> None:
    answer = session.fetch("select 1 as tenant_id, '%' as logins where 1 = 0", {})
    assert (answer.columns, list(answer)) == (("tenant_id", "logins"), [])
    assert one(session, "select count(*) from organizations") == 5


def test_an_answer_that_comes_in_pieces_is_whole(session: SourceSession) -> None:
    count = 2 * TAKEN_IN + 1
    numbers = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})"
    assert session.fetch(f"{numbers} select i from n order by i", {}).values == [list(range(1, count + 1))]


def test_column_names_come_in_lower_case(session: SourceSession) -> None:
    assert session.fetch('select 1 as "TENANT_ID", 2 as "Logins"', {}).columns == ("tenant_id", "logins")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select '100%'", "100%"),
        ("select 7 % 4", 3),
        ("select ':as_of'", ":as_of"),
        ("select count(*) from organizations where name like '%o%'", 2),
        ("select cast('5' as integer) -- 100% :as_of", 5),
    ],
)
def test_percent_and_colon_words_do_not_break_a_query(
    session: SourceSession, sql: str, expected: object
) -> None:
    assert one(session, sql) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("'5'::int % 3", 2), ("$$%s :as_of$$", "%s :as_of"), ("""'{"a": 1}'::jsonb ? 'a'""", True)],
)
def test_the_dialect_of_postgresql_reaches_it_untouched(
    postgres_session: SourceSession, value: str, expected: object
) -> None:
    assert one(postgres_session, f"select {value}") == expected
    assert one(postgres_session, f"select {value} where :as_of > 'epoch'", as_of=MIDNIGHT) == expected


def users_seen(session: SourceSession, since: datetime, until: datetime) -> int:
    seen = "select count(*) from users where last_login_at >= :window_start and last_login_at < :as_of"
    return int(one(session, seen, window_start=since, as_of=until))


def test_instants_are_bound_so_that_a_window_is_half_open(session: SourceSession) -> None:
    assert users_seen(session, datetime(2026, 2, 1, tzinfo=UTC), MIDNIGHT) == 4
    assert users_seen(session, datetime(2026, 2, 1, 0, 0, 0, 1, tzinfo=UTC), MIDNIGHT) == 3
    assert users_seen(session, datetime(2026, 2, 1, tzinfo=UTC), MIDNIGHT + timedelta(microseconds=1)) == 5


def test_an_instant_of_another_zone_is_bound_in_utc(session: SourceSession) -> None:
    tokyo = timezone(timedelta(hours=9))
    assert users_seen(session, datetime(2026, 1, 15, tzinfo=UTC), MIDNIGHT.astimezone(tokyo)) == 4


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (MIDNIGHT, "2026-03-01 00:00:00"),
        (MIDNIGHT.replace(microsecond=500_000), "2026-03-01 00:00:00.5"),
        (MIDNIGHT.replace(microsecond=120), "2026-03-01 00:00:00.00012"),
        (MIDNIGHT.replace(second=10), "2026-03-01 00:00:10"),
    ],
)
def test_sqlite_gets_instants_as_text_with_a_fraction_only_if_there_is_one(
    sqlite_app: str, instant: datetime, text: str
) -> None:
    assert one(session_on(sqlite_app), "select :as_of", as_of=instant) == text


def test_postgresql_speaks_utc_whatever_the_database_is_set_to(own_postgres_app: str) -> None:
    name = make_url(own_postgres_app).database
    execute(own_postgres_app, f"alter database {name} set timezone = 'Asia/Tokyo'")
    session = session_on(own_postgres_app)
    assert one(session, "show timezone") == "UTC"
    assert one(session, "select (:as_of)::timestamp::text", as_of=MIDNIGHT) == "2026-03-01 00:00:00"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("default_transaction_read_only", "on"),
        ("transaction_read_only", "on"),
        ("row_security", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("statement_timeout", "1min"),
        ("application_name", "client-health source"),
    ],
)
def test_a_postgresql_session_is_set_up(postgres_session: SourceSession, setting: str, value: str) -> None:
    assert one(postgres_session, f"show {setting}") == value


def test_a_session_stays_set_up_after_a_failure_and_a_reconnect(postgres_session: SourceSession) -> None:
    with pytest.raises(SourceError):
        postgres_session.fetch("select 1/0", {})
    assert one(postgres_session, "show row_security") == "off"


def test_a_session_that_is_not_gentle_keeps_the_servers_parallel_workers(postgres_app: str) -> None:
    assert one(session_on(postgres_app, gentle=False), "show max_parallel_workers_per_gather") == "2"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select sum(x) from (values (1::bigint), (2)) t(x)", Decimal(3)),
        ("select avg(x) from (values (1), (2)) t(x)", Decimal("1.5")),
        ("select true", True),
        ("select 'e4e5e7b0-0000-4000-8000-000000000001'::uuid", UUID("e4e5e7b0-0000-4000-8000-000000000001")),
        ("select 'NaN'::float8 is null", False),
    ],
)
def test_postgresql_values_arrive_as_python_values(
    postgres_session: SourceSession, sql: str, expected: object
) -> None:
    value = one(postgres_session, sql)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    "literal",
    ["'infinity'::timestamptz", "'-infinity'::timestamp", "'infinity'::date", "'4000-01-01 BC'::date"],
)
def test_a_date_that_python_does_not_know_does_not_cost_the_answer(
    postgres_session: SourceSession, literal: str
) -> None:
    assert len(postgres_session.fetch(f"select 1 as tenant_id, {literal} as since", {})) == 1


def test_text_that_is_not_utf_8_does_not_cost_the_answer(sqlite_app: str) -> None:
    value = one(session_on(sqlite_app), "select cast(x'41ff42' as text)")
    assert (value[0], value[-1]) == ("A", "B")


def test_a_slow_statement_is_cut_off_on_postgresql(postgres_app: str) -> None:
    with pytest.raises(SourceError, match="statement timeout"):
        session_on(postgres_app, statement_timeout="100ms").fetch("select pg_sleep(20)", {})


def test_a_slow_statement_is_cut_off_on_sqlite(sqlite_app: str) -> None:
    session = session_on(sqlite_app, statement_timeout="100ms")
    with pytest.raises(SourceError, match=r"ran longer than statement_timeout \(0\.1 s\) and was cut off"):
        session.fetch(ENDLESS, {})
    assert one(session, "select 1") == 1


def test_a_statement_that_answers_row_after_row_is_cut_off_on_sqlite(sqlite_app: str) -> None:
    session = session_on(sqlite_app, statement_timeout="100ms")
    with pytest.raises(SourceError, match="ran longer than statement_timeout"):
        session.fetch(ENDLESS.replace("max(x) as n", "x"), {})
    assert one(session, "select 1") == 1


def test_an_answer_of_too_many_rows_is_cut_off(app_url: str) -> None:
    session = session_on(app_url, max_rows=4)
    with pytest.raises(UnusableAnswerError, match=r"returned more than max_rows \(4\) rows and was cut off"):
        session.fetch("select id from organizations", {})
    assert len(session.fetch("select id from organizations limit 4", {})) == 4


def test_a_value_that_the_driver_cannot_read_costs_the_answer_and_nothing_else(
    postgres_session: SourceSession,
) -> None:
    with pytest.raises(SourceError):
        postgres_session.fetch("select '24:00:00'::time", {})
    assert one(postgres_session, "select 1") == 1


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


def test_a_killed_connection_is_opened_anew(postgres_app: str, postgres_session: SourceSession) -> None:
    pid = one(postgres_session, "select pg_backend_pid()")
    with psycopg.connect(postgres_app) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(SourceError):
        postgres_session.fetch("select 1", {})
    assert one(postgres_session, "select 1") == 1


def test_a_missing_sqlite_file_is_an_error_and_not_a_new_database(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachableError, match="cannot connect: unable to open database file"):
        session_on(f"sqlite:///{tmp_path / 'gone.db'}").fetch("select 1", {})
    assert not (tmp_path / "gone.db").exists()


@pytest.mark.parametrize("name", ["app #1.db", "100%25.db", "what?.db", "größe.db"])
def test_a_sqlite_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    fresh_sqlite(tmp_path / "app.db")
    (tmp_path / "app.db").rename(tmp_path / name)
    url = make_url("sqlite://").set(database=str(tmp_path / name))
    session = SourceSession("default", url, SourceSettings(url="sqlite://"))
    assert one(session, "select count(*) from organizations") == 5


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x" * 2000)
    with pytest.raises(SourceError, match="file is not a database"):
        session_on(f"sqlite:///{tmp_path / 'notes.txt'}").fetch("select * from t", {})


@pytest.mark.parametrize("scheme", ["mysql", "oracle", "nosuchdialect"])
def test_a_missing_driver_is_told_in_words(scheme: str) -> None:
    with pytest.raises(
        SourceUnreachableError, match=r"the driver for .* is not installed: .* install it"
    ) as caught:
        session_on(f"{scheme}://app:geheim@db/app")
    assert "geheim" not in str(caught.value)


def test_a_server_that_is_not_there_is_unreachable_and_its_password_untold() -> None:
    with pytest.raises(SourceUnreachableError, match="cannot connect: ") as caught:
        session_on("postgresql://app:geheim@127.0.0.1:1/app").fetch("select 1", {})
    assert "geheim" not in str(caught.value)


def test_a_database_that_is_not_there_is_unreachable(postgres: PostgresServer) -> None:
    with pytest.raises(SourceUnreachableError, match='database "gone" does not exist'):
        session_on(postgres.url("gone")).fetch("select 1", {})


@pytest.mark.parametrize("sql", ["select * from nowhere", "select ((", "select 1/0, missing_column"])
def test_an_error_is_one_line_of_the_databases_own_words(session: SourceSession, sql: str) -> None:
    with pytest.raises(SourceError) as caught:
        session.fetch(sql, {})
    assert "\n" not in str(caught.value)
    assert str(session._engine.url) not in str(caught.value)


def test_closing_twice_is_fine(session: SourceSession) -> None:
    one(session, "select 1")
    session.close()
    session.close()
    assert one(session, "select 1") == 1


def test_a_sample_of_a_column_is_a_text_or_nothing(sqlite_app: str) -> None:
    session = session_on(sqlite_app)
    assert session.sample("organizations", "name") == "Acme"
    assert session.sample("organizations", "id") is None
    assert session.sample("nowhere", "id") is None


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_texts_are_texts_whatever_the_encoding_of_the_application(postgres, encoding):
    name = f"app_{encoding}".lower()
    url = postgres.create_database(name, encoding)
    session = session_on(url)
    try:
        execute(f"{url}?client_encoding=utf8", "create table tenants as select 'Zoë' as name")
        assert one(session, "select name from tenants") == "Zoë"
    finally:
        session.close()
        postgres.drop_database(name)
