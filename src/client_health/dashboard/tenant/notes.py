"""Notes and events as a visitor sees them."""

from dataclasses import dataclass

import sqlalchemy as sa

from client_health.dashboard.context import Visitor
from client_health.store import notes, users
from client_health.store.notes import Note


@dataclass(frozen=True)
class NoteShown:
    """A note, its author as people call them, and whether the visitor may remove it."""

    note: Note
    author: str
    may_remove: bool


def notes_shown(connection: sa.Connection, tenant: int, who: Visitor) -> list[NoteShown]:
    """The notes on a tenant, the newest first."""
    found = notes.of_tenant(connection, tenant)
    names = {user.name: user.display_name for user in users.all_users(connection)} if found else {}
    return [
        NoteShown(note, names.get(note.written_by, note.written_by), may_remove(note, who)) for note in found
    ]


def may_remove(note: Note, who: Visitor) -> bool:
    """Its author may, while they may write notes, and so may an admin."""
    return who.may("admin") or (who.may("csm") and note.written_by == who.name)
