"""Statements that take too long or answer too much, and databases that are not there."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from client_health.errors import SourceError, SourceUnreachableError, UnusableAnswerError
from client_health.settings import SourceSettings
from client_health.sources.session import SourceSession
from tests.databases import PostgresServer
from tests.sources.application import fresh_sqlite, one, session_on

ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) as n from n"


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
