"""The application's database: what changes in a day is gathered and written in one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

Row = tuple[str | int | None, ...]


class Change(StrEnum):
    """Every statement that the application runs, in the order in which a day is written."""

    NEW_ORGANIZATION = "insert into organizations values (?, ?, ?, ?, ?, ?, ?)"
    NEW_USER = "insert into users values (?, ?, ?, ?, 1, ?, ?, ?)"
    NEW_CASE = "insert into cases values (?, ?, ?, 'NEW', 0, null, ?, ?)"
    NEW_INVESTIGATION = (
        "insert into investigations values (?, ?, ?, ?, 'INVESTIGATING', ?, 'ON_TRACK', null, ?, ?)"
    )
    NEW_CAMPAIGN = "insert into campaigns values (?, ?, ?, ?, 'DRAFT', null, ?, ?, ?)"
    NEW_ASSIGNMENT = "insert into campaign_assignments values (?, ?, ?, ?, ?, ?, null, ?, ?, ?)"
    NEW_FEATURE = "insert into feature_adoptions values (?, ?, ?, ?, ?, ?, ?, ?)"
    NEW_TICKET = "insert into support_tickets values (?, ?, ?, ?, ?, 'OPEN', ?, ?, null, null)"
    USER_LOGS_IN = "update users set last_login_at = ? where id = ?"
    USER_LEAVES = "update users set is_active = 0, updated_at = ? where id = ?"
    CASE_OPENS = "update cases set status = 'OPEN', updated_at = ? where id = ?"
    CASE_MERGES = "update cases set status = 'CLOSED', is_merged = 1, updated_at = ? where id = ?"
    CASE_CLOSES = "update cases set status = 'CLOSED', outcome_at = ?, updated_at = ? where id = ?"
    CASE_IS_EDITED = "update cases set updated_at = ? where id = ?"
    SLA_CHANGES = "update investigations set sla_status = ?, updated_at = ? where id = ?"
    INVESTIGATION_CLOSES = (
        "update investigations set status = 'CLOSED', closed_at = ?, updated_at = ? where id = ?"
    )
    CAMPAIGN_CHANGES = "update campaigns set status = ?, updated_at = ? where id = ?"
    CAMPAIGN_LAUNCHES = "update campaigns set status = 'ACTIVE', launched_at = ?, updated_at = ? where id = ?"
    ASSIGNMENT_CHANGES = "update campaign_assignments set status = ?, updated_at = ? where id = ?"
    ASSIGNMENT_COMPLETES = (
        "update campaign_assignments set status = 'COMPLETED', completed_at = ?, updated_at = ? where id = ?"
    )
    FEATURE_IS_USED = (
        "update feature_adoptions set last_used_at = ?, usage_count = usage_count + ?, updated_at = ?"
        " where organization_id = ? and feature_key = ?"
    )
    TICKET_RESOLVES = (
        "update support_tickets set status = 'RESOLVED', resolved_at = ?, updated_at = ? where id = ?"
    )
    TICKET_CLOSES = "update support_tickets set status = 'CLOSED', closed_at = ?, updated_at = ? where id = ?"


class Database:
    """Gathers changes, writes them together, and keeps the agenda of changes to come."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise FileExistsError(f"{path} exists already: remove it, or choose another path")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute("pragma cache_size = -65536")
        self._connection.execute("pragma wal_autocheckpoint = 8000")
        self._connection.executescript(files(__package__).joinpath("schema.sql").read_text("utf-8"))
        self._today: defaultdict[Change, list[Row]] = defaultdict(list)
        self._agenda: defaultdict[int, list[tuple[int, Change, Row]]] = defaultdict(list)

    def add(self, change: Change, row: Row) -> None:
        """Let it happen today."""
        self._today[change].append(row)

    def plan(self, day: int, tenant: int, change: Change, row: Row) -> None:
        """Let it happen on a later day, if the tenant still writes by then."""
        self._agenda[day].append((tenant, change, row))

    def due(self, day: int) -> list[tuple[int, Change, Row]]:
        """What was planned for the day."""
        return self._agenda.pop(day, [])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside becomes visible together."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def write(self) -> None:
        """Write what was gathered, kind by kind."""
        for change in Change:
            if rows := self._today.get(change):
                self._connection.executemany(change.value, rows)
        self._today.clear()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
