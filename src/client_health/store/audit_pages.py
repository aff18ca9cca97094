"""The audit log page by page, the newest entry first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.instants import end_of_day, start_of_day
from client_health.store import cursors
from client_health.store.audit import Action, ActorKind
from client_health.store.schema import audit_log as table

_LONGEST_ID = 18  # digits; what a 64-bit integer certainly holds


@dataclass(frozen=True)
class Entry:
    """One action as it was noted."""

    id: int
    at: datetime
    actor: str
    actor_kind: ActorKind
    action: Action
    target: str | None
    details: dict[str, Any]
    address: str | None


@dataclass(frozen=True)
class Filters:
    """Which entries: by whom, what was done, and when (half-open)."""

    actor: str | None = None
    action: Action | None = None
    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of_days(
        cls, actor: str | None, action: Action | None, first: date | None, last: date | None, zone: ZoneInfo
    ) -> Self:
        """Of whole days in a zone; raises UsageError where a day lies outside of the calendar."""
        try:
            start = None if first is None else start_of_day(first, zone)
            end = None if last is None else end_of_day(last, zone)
        except OverflowError:
            raise UsageError("from, to: too far from today") from None
        return cls(actor, action, start, end)


@dataclass(frozen=True)
class AuditPage:
    """Some entries, and the cursor of those before them; None: there are none."""

    entries: Sequence[Entry]
    next_cursor: str | None


def page(connection: sa.Connection, filters: Filters, limit: int, cursor: str | None = None) -> AuditPage:
    """The newest entries, or those behind a cursor; raises UsageError where no page returned it."""
    query = sa.select(table).where(*_conditions(filters))
    if cursor is not None:
        query = query.where(table.c.id < _before(cursor))
    rows = connection.execute(query.order_by(table.c.id.desc()).limit(limit + 1)).all()
    entries = [Entry(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return AuditPage(entries, cursors.encode("audit", str(entries[-1].id), "") if more else None)


def _conditions(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.actor is not None:
        yield table.c.actor == filters.actor
    if filters.action is not None:
        yield table.c.action == filters.action
    if filters.start is not None:
        yield table.c.at >= filters.start
    if filters.end is not None:
        yield table.c.at < filters.end


def _before(cursor: str) -> int:
    number, _ = cursors.decode(cursor, "audit", str)
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_ID):
        raise UsageError("cursor: not one that an earlier page returned")
    return int(number)
