"""Runs page by page, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.instants import iso
from client_health.store import runs
from client_health.store.runs import Run


@dataclass(frozen=True)
class RunPage:
    """Some runs, and the cursor of those before them; None: there are none."""

    runs: Sequence[Run]
    next_cursor: str | None


def page(connection: sa.Connection, limit: int, cursor: str | None = None) -> RunPage:
    """The newest runs, or those behind a cursor; raises UsageError where no page returned it."""
    found = runs.newest(connection, limit + 1, _before(cursor))
    shown = found[:limit]
    return RunPage(shown, iso(shown[-1].created_at) if len(found) > limit else None)


def _before(cursor: str | None) -> datetime | None:
    try:
        return None if cursor is None else datetime.fromisoformat(cursor).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError("cursor: not one that an earlier page returned") from None
