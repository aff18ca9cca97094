"""The audit log."""

from datetime import datetime
from typing import Any

from pydantic import Field

from client_health.api.schemas.base import Answer
from client_health.store.audit import Action, ActorKind


class AuditEntry(Answer):
    """Something that somebody did."""

    id: int = Field(examples=[4711])
    at: datetime = Field(examples=["2026-03-02T09:30:00Z"])
    actor: str = Field(
        examples=["anna"],
        description="Name of the key or user, of who ran the command, or the program's part.",
    )
    actor_kind: ActorKind = Field(examples=["user"])
    action: Action = Field(examples=["alert_level.changed"])
    target: str | None = Field(
        examples=["acme-gmbh"], description="What it was done to: a tenant, a run, a user, a key."
    )
    details: dict[str, Any] = Field(examples=[{"level": "PROACTIVE"}])
    address: str | None = Field(examples=["203.0.113.7"], description="From where, if over the network.")


class AuditList(Answer):
    """The newest entries first."""

    entries: list[AuditEntry]
    next_cursor: str | None = Field(examples=[None])
