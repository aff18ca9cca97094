"""What the editor begins with."""

import sqlalchemy as sa

from client_health.dashboard.editor.fields import DraftFields, fields_of
from client_health.errors import NotFoundError, UsageError
from client_health.scorecard.model import Scorecard
from client_health.store import scorecard_sets, scorecards
from client_health.store.scorecard_sets import PublishedSet


def begin(connection: sa.Connection, published: PublishedSet, start: str, card: str) -> DraftFields:
    """A draft of what is in force; `start` (name:version) is a version to take instead of what is.

    `card` names the scorecard to open. Raises NotFoundError and UsageError where there are no such ones.
    """
    cards, opened = list(published.cards.scorecards), card
    if start:
        chosen = _version(connection, start)
        cards, opened = _with(cards, chosen), card or chosen.name
    names = [one.name for one in cards]
    if opened and opened not in names:
        raise NotFoundError(f"there is no scorecard {opened!r} in force; there are: {', '.join(names)}")
    return DraftFields(
        cards=tuple(fields_of(one) for one in cards),
        place=names.index(opened) if opened else 0,
        expected=scorecard_sets.newest(connection),
    )


def _version(connection: sa.Connection, start: str) -> Scorecard:
    name, _, number = start.rpartition(":")
    if not (name and number.isascii() and number.isdigit() and len(number) < 10):
        raise UsageError("from: write a name and a version, such as default:2")
    return scorecards.by_version(connection, name, int(number)).scorecard


def _with(cards: list[Scorecard], chosen: Scorecard) -> list[Scorecard]:
    """Another version stands where its name stands; a name that is not in force stands first."""
    if chosen.name not in [one.name for one in cards]:
        return [chosen, *cards]
    return [chosen if one.name == chosen.name else one for one in cards]
