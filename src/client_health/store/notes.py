"""Notes and events on a tenant: what people know that no measure tells."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.store import audit
from client_health.store.audit import Actor
from client_health.store.schema import notes as table

NoteKind = Literal["note", "call", "meeting", "renewal", "escalation"]
KINDS: tuple[NoteKind, ...] = get_args(NoteKind)
LONGEST = 2_000


@dataclass(frozen=True)
class Note:
    """A note or event; `day` is when it happened, `written_by` the name under which its author signs in."""

    id: int
    kind: NoteKind
    day: date
    text: str
    written_by: str
    written_at: datetime


def add(
    connection: sa.Connection, tenant: int, kind: NoteKind, day: date, text: str, by: Actor, at: datetime
) -> Note:
    """Write a note on a tenant (its surrogate key)."""
    values = {"kind": kind, "day": day, "text": text, "written_by": by.name, "written_at": at}
    key = connection.scalar(sa.insert(table).values(tenant=tenant, **values).returning(table.c.id))
    target = audit.tenant_id(connection, tenant)
    audit.write(connection, by, "note.written", target, at, note=int(key), kind=kind)
    return Note(int(key), kind, day, text, by.name, at)


def of_tenant(connection: sa.Connection, tenant: int, most: int | None = None) -> list[Note]:
    """The notes on a tenant, the newest first; all of them, or `most`."""
    query = sa.select(table).where(table.c.tenant == tenant)
    rows = connection.execute(query.order_by(table.c.day.desc(), table.c.id.desc()).limit(most))
    return [Note(row.id, row.kind, row.day, row.text, row.written_by, row.written_at) for row in rows]


def count(connection: sa.Connection, tenant: int) -> int:
    """How many notes there are on a tenant."""
    counted = sa.select(sa.func.count()).where(table.c.tenant == tenant)
    return connection.scalar(counted) or 0


def remove(
    connection: sa.Connection, tenant: int, note: int, by: Actor, at: datetime, of_anybody: bool = False
) -> None:
    """Remove a note that `by` wrote, or with `of_anybody` whoever wrote it; raises NotFoundError."""
    condition = sa.and_(table.c.tenant == tenant, table.c.id == note)
    if not of_anybody:
        condition = sa.and_(condition, table.c.written_by == by.name)
    if not connection.execute(sa.delete(table).where(condition)).rowcount:
        raise NotFoundError("there is no such note, or somebody else wrote it")
    audit.write(connection, by, "note.removed", audit.tenant_id(connection, tenant), at, note=note)
