"""What a session binds, and what comes back: instants, numbers, texts."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import make_url

from client_health.errors import SourceError
from client_health.sources.session import SourceSession
from tests.sources.application import execute, one, session_on

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


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


def test_a_value_that_the_driver_cannot_read_costs_the_answer_and_nothing_else(
    postgres_session: SourceSession,
) -> None:
    with pytest.raises(SourceError):
        postgres_session.fetch("select '24:00:00'::time", {})
    assert one(postgres_session, "select 1") == 1


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
