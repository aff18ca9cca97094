"""The audit log: nobody changes a row of it, and it is read page by page."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.store import audit, audit_pages, cursors
from client_health.store.audit import Actor
from client_health.store.audit_pages import Filters
from tests.cast import TESTER, person

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANNA = person("anna")


def note(store, *actions, by: Actor = ANNA, at: datetime = NOON) -> None:
    with store.write() as connection:
        for action in actions:
            audit.write(connection, by, action, "acme", at, level="NONE")


def read(store, limit: int = 50, cursor: str | None = None, **wanted):
    with store.read() as connection:
        return audit_pages.page(connection, Filters(**wanted), limit, cursor)


def test_an_entry_says_who_did_what_to_what_when_and_from_where(store):
    note(store, "alert_level.changed")
    (entry,) = read(store).entries
    assert (entry.at, entry.actor, entry.actor_kind, entry.action, entry.target, entry.address) == (
        NOON,
        "anna",
        "user",
        "alert_level.changed",
        "acme",
        "203.0.113.7",
    )
    assert entry.details == {"level": "NONE"}


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set actor = 'nobody'",
        "update audit_log set actor = 'nobody' where id = 1",
        "delete from audit_log",
        "delete from audit_log where actor = 'anna'",
        "insert or replace into audit_log (id, at, actor, actor_kind, action, details) "
        "values (1, '2026-01-01 00:00:00', 'nobody', 'user', 'key.created', '{}')",
        "insert into audit_log (id, at, actor, actor_kind, action, details) "
        "values (1, '2026-01-01 00:00:00+00', 'nobody', 'user', 'key.created', '{}') "
        "on conflict (id) do update set actor = excluded.actor",
        "truncate audit_log",
    ],
)
def test_no_statement_changes_or_removes_an_entry(store, statement):
    if ("truncate" in statement) if store.dialect == "sqlite" else ("or replace" in statement):
        return  # this database has no such statement
    note(store, "key.created", "key.revoked")
    before = read(store).entries
    refusal = pytest.raises(sa.exc.DBAPIError, match="the audit log is append-only")
    with refusal, store.write() as connection:
        connection.execute(sa.text(statement))
    assert read(store).entries == before


def test_an_entry_stands_and_falls_with_what_it_tells_of(store):
    def fail_afterwards() -> None:
        with store.write() as connection:
            audit.write(connection, ANNA, "key.created", "k", NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_afterwards()
    assert read(store).entries == []


def test_pages_follow_each_other_without_gap_although_entries_come_in(store):
    note(store, *["key.created"] * 5)
    first = read(store, limit=2)
    note(store, "key.revoked")
    second = read(store, limit=2, cursor=first.next_cursor)
    third = read(store, limit=2, cursor=second.next_cursor)
    found = [entry.id for page in (first, second, third) for entry in page.entries]
    assert found == sorted(found, reverse=True)
    assert len(found) == 5
    assert third.next_cursor is None


def test_filters_leave_what_was_asked_for(store):
    note(store, "key.created", by=ANNA, at=NOON - timedelta(days=1))
    note(store, "key.created", "key.revoked", by=TESTER)
    assert [one.action for one in read(store, actor="test").entries] == ["key.revoked", "key.created"]
    assert [one.actor for one in read(store, action="key.created").entries] == ["test", "anna"]
    assert [one.actor for one in read(store, end=NOON).entries] == ["anna"]
    assert {one.actor for one in read(store, start=NOON).entries} == {"test"}


def test_days_are_whole_days_of_the_configured_zone():
    day, tokyo = date(2026, 3, 10), ZoneInfo("Asia/Tokyo")
    wanted = Filters.of_days(None, None, day, day, tokyo)
    assert (wanted.start, wanted.end) == (
        datetime(2026, 3, 9, 15, tzinfo=UTC),
        datetime(2026, 3, 10, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(("first", "last"), [(date.min, None), (None, date.max)])
def test_days_at_the_ends_of_the_calendar_are_refused(first, last):
    with pytest.raises(UsageError, match="from, to"):
        Filters.of_days(None, None, first, last, ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "9" * 30, *(cursors.encode("audit", one, "") for one in ("-1", "1.5", "9" * 19, "²", ""))],
)
def test_a_cursor_that_no_page_returned_is_refused(store, cursor):
    with pytest.raises(UsageError, match="cursor"):
        read(store, cursor=cursor)


def test_a_cursor_of_another_list_is_refused(store):
    with pytest.raises(UsageError, match="cursor"):
        read(store, cursor=cursors.encode("name", "anna", "anna"))
