"""Notes and events as a visitor sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from client_health.dashboard.context import Visitor
from client_health.store import notes
from client_health.store.notes import Note


@dataclass(frozen=True)
class NoteShown:
    """A note, its author as people call them, and whether the visitor may remove it."""

    note: Note
    author: str
    may_remove: bool


def notes_shown(
    connection: sa.Connection, tenant: int, who: Visitor, people: Mapping[str, str], most: int | None
) -> list[NoteShown]:
    """The newest notes on a tenant, the latest first; `people`: what those are called who sign in as these
    names."""
    return [
        NoteShown(note, people.get(note.written_by, note.written_by), may_remove(note, who))
        for note in notes.of_tenant(connection, tenant, most)
    ]


def may_remove(note: Note, who: Visitor) -> bool:
    """Its author may, while they may write notes, and so may an admin."""
    return who.may("admin") or (who.may("csm") and note.written_by == who.name)
