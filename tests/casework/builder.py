"""Hand-made tenants of the application that the preset `casework` reads: each chain of calls is a story."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

from sqlalchemy import Engine

from tests.databases import TABLES, insert

AS_OF = datetime(2026, 3, 1, 2, tzinfo=UTC)
LONG_AGO = datetime(2024, 5, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)


class Casework:
    """Rows of the casework schema, collected in memory until `save`."""

    def __init__(self, engine_or_url: Engine | str) -> None:
        self.target = engine_or_url
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        self._ids = count(1)

    def tenant(
        self,
        id: str,
        *,
        name: str = "",
        settings: Any = None,
        active: bool = True,
        since: datetime = LONG_AGO,
    ) -> "Tenant":
        """A new organization; its slug is its id."""
        organization = {"name": name or id, "slug": id, "settings": {} if settings is None else settings}
        self.add("organizations", id=id, **organization, is_active=active, created_at=since, updated_at=since)
        return Tenant(self, id)

    def save(self) -> None:
        """Write every row collected so far."""
        for table, rows in self.rows.items():
            insert(self.target, table, rows)
            rows.clear()

    def add(self, table: str, **values: Any) -> str:
        """Collect one row; without an `id` it gets the next one."""
        row = {"id": f"{table}-{next(self._ids)}"} | values
        self.rows[table].append(row)
        return str(row["id"])


class Tenant:
    """One organization; every method adds a row to it and answers the tenant again."""

    def __init__(self, casework: Casework, id: str) -> None:
        self.casework = casework
        self.id = id
        self._case = ""
        self._campaign = ""

    def user(self, last_login: datetime | None = None, *, enabled: bool = True) -> Self:
        self._add(
            "users", email="user@example.com", role="EMPLOYEE", is_active=enabled, last_login_at=last_login
        )
        return self

    def users(self, how_many: int, last_login: datetime | None = None, *, enabled: bool = True) -> Self:
        for _ in range(how_many):
            self.user(last_login, enabled=enabled)
        return self

    def case(
        self,
        status: str = "CLOSED",
        *,
        created: datetime = LONG_AGO,
        outcome: datetime | None = None,
        updated: datetime = LONG_AGO,
        merged: bool = False,
    ) -> Self:
        """A case; the investigations that follow belong to it."""
        self._case = self._add(
            "cases",
            reference_number="ETH-1",
            status=status,
            is_merged=merged,
            outcome_at=outcome,
            created_at=created,
            updated_at=updated,
        )
        return self

    def investigation(self, closed: datetime | None = None, *, sla: str = "ON_TRACK") -> Self:
        """An investigation of the latest case."""
        self._add(
            "investigations",
            case_id=self._case,
            investigation_number=1,
            status="CLOSED" if closed else "INVESTIGATING",
            due_date=None,
            sla_status=sla,
            closed_at=closed,
        )
        return self

    def campaign(self, status: str = "ACTIVE") -> Self:
        """A campaign; the assignments that follow belong to it."""
        self._campaign = self._add(
            "campaigns",
            name="Campaign",
            type="DISCLOSURE",
            status=status,
            launched_at=None if status in {"DRAFT", "SCHEDULED"} else LONG_AGO,
            due_date=AS_OF,
        )
        return self

    def assignment(self, status: str = "COMPLETED", *, due: datetime = AS_OF - timedelta(days=1)) -> Self:
        """An assignment of the latest campaign."""
        self._add(
            "campaign_assignments",
            campaign_id=self._campaign,
            employee_id="employee",
            status=status,
            assigned_at=LONG_AGO,
            completed_at=LONG_AGO if status == "COMPLETED" else None,
            due_date=due,
        )
        return self

    def feature(
        self, key: str, last_used: datetime = AS_OF - timedelta(days=1), *, first: datetime = LONG_AGO
    ) -> Self:
        self._add(
            "feature_adoptions", feature_key=key, first_used_at=first, last_used_at=last_used, usage_count=1
        )
        return self

    def ticket(self, opened: datetime = AS_OF - timedelta(days=1)) -> Self:
        ticket = {"ticket_number": "TKT-1", "priority": "LOW", "status": "OPEN", "user_id": "user"}
        self._add("support_tickets", **ticket, created_at=opened, resolved_at=None, closed_at=None)
        return self

    def _add(self, table: str, **values: Any) -> str:
        times = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
        return self.casework.add(table, organization_id=self.id, **times | values)
