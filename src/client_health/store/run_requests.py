"""What somebody asks for when they ask for a run, and how the audit log tells of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from client_health.store import audit
from client_health.store.audit import Action, Actor

Kind = Literal["all", "tenants", "rescore"]
Trigger = Literal["command", "request", "night", "catch_up", "backfill"]
_SHOWN_TENANTS = 20  # of a run of named ones, in the audit log


@dataclass(frozen=True)
class RunRequest:
    """What somebody asks for. `exclusive_key`: while one such run is open, asking again returns it."""

    kind: Kind
    trigger: Trigger
    requested_by: Actor
    score_date: date
    as_of: datetime
    tenant_ids: tuple[str, ...] = ()
    exclusive_key: str | None = None
    leave_out_past: bool = False
    accept: bool = False
    held: str | None = None  # publish what this suspicious run read
    first: date | None = None  # of a rescore: its dates are `first` to `score_date`
    scorecard_set: int | None = None  # of a rescore: the set to score under
    publishes: bool = False  # of a rescore: put the set in force at its end

    @property
    def options(self) -> dict[str, Any]:
        """What is kept of it as JSON."""
        first = None if self.first is None else self.first.isoformat()
        return {
            "leave_out_past": self.leave_out_past,
            "accept": self.accept,
            "held": self.held,
            "first": first,
            "publishes": self.publishes,
        }


def note(connection: sa.Connection, request: RunRequest, run_id: str, at: datetime) -> None:
    """Who asked for what is in the audit log; a publication says which set, an acceptance of which run."""
    action, target, details = _described(request, run_id)
    audit.write(connection, request.requested_by, action, target, at, **details)


def _described(request: RunRequest, run_id: str) -> tuple[Action, str, dict[str, Any]]:
    day = request.score_date.isoformat()
    if request.held is not None:
        return "run.accepted", request.held, {"run": run_id, "score_date": day}
    if request.publishes:
        return "scorecards.published", str(request.scorecard_set), {"run": run_id}
    if request.kind == "rescore":
        return "scores.rescored", run_id, {"from": request.options["first"], "to": day}
    tenants = list(request.tenant_ids[:_SHOWN_TENANTS])
    details = {"score_date": day, "trigger": request.trigger, "tenants": tenants or "all"}
    return "run.requested", run_id, details | ({"accept": True} if request.accept else {})
