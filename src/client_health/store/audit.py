"""The audit log: who did what, to what, and when. Rows are only added; triggers refuse every change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from client_health.store.schema import audit_log as table
from client_health.store.schema import tenants

ActorKind = Literal["key", "user", "command", "worker"]
Action = Literal[
    "run.requested",
    "run.accepted",
    "run.cancelled",
    "scorecards.published",
    "scores.rescored",
    "alert_level.changed",
    "owner.assigned",
    "note.written",
    "note.removed",
    "user.added",
    "user.disabled",
    "user.enabled",
    "user.role_changed",
    "user.password_reset",
    "user.password_changed",
    "user.sessions_ended",
    "user.signed_in",
    "user.signed_out",
    "sign_in.refused",
    "key.created",
    "key.rotated",
    "key.revoked",
    "export.read",
    "history.dropped",
]
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True)
class Actor:
    """Who does something: the name of a key, a user, whoever runs a command, or a part of the program."""

    name: str
    kind: ActorKind
    address: str | None = None  # from where, if over the network


def write(
    connection: sa.Connection, by: Actor, action: Action, target: str | None, at: datetime, **details: Any
) -> None:
    """Note an action in the transaction that performs it, so that neither is there without the other.

    `details` are plain JSON. They never hold a secret, nor what people wrote of a customer.
    """
    values = {
        "at": at,
        "actor": by.name,
        "actor_kind": by.kind,
        "action": action,
        "target": target,
        "details": details,
        "address": by.address,
    }
    connection.execute(sa.insert(table).values(values))


def tenant_id(connection: sa.Connection, tenant: int) -> str | None:
    """What the application calls a tenant, for actions that know its surrogate key."""
    found: str | None = connection.scalar(sa.select(tenants.c.tenant_id).where(tenants.c.id == tenant))
    return found


def is_noted(
    connection: sa.Connection, by: Actor, action: Action, target: str | None, since: datetime
) -> bool:
    """Whether the same was noted lately: by whom, from where, what, and to what."""
    same = (
        table.c.at > since,
        table.c.actor == by.name,
        table.c.action == action,
        table.c.target.is_not_distinct_from(target),
        table.c.address.is_not_distinct_from(by.address),
    )
    return connection.scalar(sa.select(table.c.id).where(*same).limit(1)) is not None
