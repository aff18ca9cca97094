"""What is wrong with a draft, said beside the fields where it is, and the scorecards where nothing is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from client_health.dashboard.editor import numbers
from client_health.dashboard.editor.content import CardReader, Faults
from client_health.dashboard.editor.fields import CardFields, DraftFields, percent_of
from client_health.dashboard.editor.numbers import Unreadable
from client_health.replay.reading import Fault, read_contents
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import Place

LABELS = {
    "name": "Name",
    "applies_to": "Who it is for",
    "employees_from": "Employees from",
    "employees_to": "Employees to",
    "alive_measure": "Sign of life",
    "max_age_days": "Stand-in for",
    "min_confidence": "Least confidence",
    "lookback_days": "Look back",
    "improving_above": "Improving above",
    "declining_below": "Declining below",
    "high_below": "Critical below",
    "high_below_when_declining": "Critical below when declining",
    "low_from": "Healthy from",
    "grace_days": "New for",
    "risk": "Risk levels",
    "parts": "Components",
}
PART_LABELS = {
    "key": "key",
    "name": "name",
    "weight": "weight",
    "measure": "measure",
    "per": "divided by",
    "curve": "curve",
    "when_empty": "when empty",
}


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with a field of a scorecard (its place in the draft; None: with the draft)."""

    place: int | None
    field: str
    label: str
    message: str


@dataclass(frozen=True)
class Checked:
    """A draft that was read: its scorecards, or why there are none."""

    cards: ScorecardSet | None
    faults: tuple[FieldFault, ...]

    def beside(self, place: int) -> Faults:
        """What is wrong with a scorecard, by field; empty where nothing is."""
        told: Faults = defaultdict(str)
        for fault in self.faults:
            if fault.place == place:
                told[fault.field] = (
                    f"{told[fault.field]}; {fault.message}" if fault.field in told else fault.message
                )
        return told


def check(draft: DraftFields) -> Checked:
    """Read a draft: what was typed first, then what it amounts to."""
    readers = [CardReader(card) for card in draft.cards]
    contents: list[dict[str, Any]] = [reader.content() for reader in readers]
    cards, found = read_contents(contents)
    faults = [*_typed(draft, readers), *_of_model(draft, readers, found)]
    return Checked(None if faults else cards, tuple(faults))


def _typed(draft: DraftFields, readers: list[CardReader]) -> Iterator[FieldFault]:
    for place, (card, reader) in enumerate(zip(draft.cards, readers, strict=True)):
        for field, message in reader.faults.items():
            yield FieldFault(place, field, _label(draft, card, field), message)


def _of_model(draft: DraftFields, readers: list[CardReader], found: list[Fault]) -> Iterator[FieldFault]:
    for fault in found:
        if fault.scorecard is None:
            yield FieldFault(None, "", "Scorecards", fault.message)
            continue
        field = _field(fault.place)
        if field not in readers[fault.scorecard].faults:
            card = draft.cards[fault.scorecard]
            yield FieldFault(fault.scorecard, field, _label(draft, card, field), fault.message)


def _field(place: Place) -> str:
    """The field that stands for a place of a scorecard."""
    match place:
        case ("components", int(number), str(name), *_):
            return f"part.{number}.{name}"
        case ("components", int(number), *_):
            return f"part.{number}.when_empty"  # a rule over several fields of a component is about this one
        case ("trend" | "risk" | "applies_to", str(name), *_):
            return name
        case ("components",) | ():
            return "parts"
    return str(place[0])


def _label(draft: DraftFields, card: CardFields, field: str) -> str:
    """What people call a field; where there are several scorecards, of which."""
    words = LABELS.get(field, field)
    if field.startswith("part."):
        _, number, name = field.split(".")
        part = card.parts[int(number)]
        words = f"{part.name or part.key or f'Component {int(number) + 1}'}, {PART_LABELS[name]}"
    return f"{card.name or 'unnamed'}: {words}" if len(draft.cards) > 1 else words


def weights_sum(card: CardFields) -> str | None:
    """The sum of the weights in percent; None where one of them is not a number."""
    try:
        weights = [numbers.exact(part.weight) or Decimal(0) for part in card.parts]
        return percent_of(sum(weights, Decimal(0)) / 100)
    except Unreadable:
        return None
