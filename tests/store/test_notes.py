"""Notes: newest first, removed by whoever may."""

from datetime import UTC, date, datetime

import pytest

from client_health.errors import NotFoundError
from client_health.store import notes
from tests.cast import person

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TEXT = "Line one\nline two \u202e<b> 'quoted' "


def test_notes_of_one_tenant_come_newest_first(store):
    with store.write() as connection:
        notes.add(connection, 1, "call", date(2026, 3, 1), "early", person("anna"), NOW)
        notes.add(connection, 1, "meeting", date(2026, 3, 5), TEXT, person("ben"), NOW)
        notes.add(connection, 1, "note", date(2026, 3, 5), "later that day", person("anna"), NOW)
        notes.add(connection, 2, "renewal", date(2026, 3, 9), "of another", person("anna"), NOW)
    with store.read() as connection:
        found = notes.of_tenant(connection, 1)
    assert [one.text for one in found] == ["later that day", TEXT, "early"]
    assert (found[1].kind, found[1].day, found[1].written_by, found[1].written_at) == (
        "meeting",
        date(2026, 3, 5),
        "ben",
        NOW,
    )


def test_a_note_goes_by_its_author_or_by_somebody_who_may_remove_all(store):
    with store.write() as connection:
        mine = notes.add(connection, 1, "note", date(2026, 3, 1), "mine", person("anna"), NOW)
        other = notes.add(connection, 1, "note", date(2026, 3, 1), "other", person("ben"), NOW)
    anna = person("anna")
    for tenant, note, of_anybody in ((1, other.id, False), (2, mine.id, False), (1, 999, True)):
        with pytest.raises(NotFoundError), store.write() as connection:
            notes.remove(connection, tenant, note, anna, NOW, of_anybody)
    with store.write() as connection:
        notes.remove(connection, 1, mine.id, anna, NOW)
        notes.remove(connection, 1, other.id, anna, NOW, of_anybody=True)
        assert notes.of_tenant(connection, 1) == []
