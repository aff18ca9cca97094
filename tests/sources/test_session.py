"""Sessions on real databases: set up once, told in words, usable again."""

import pytest

from client_health.errors import SourceError
from client_health.sources.rows import TAKEN_IN
from client_health.sources.session import SourceSession
from tests.sources.application import one, session_on


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
