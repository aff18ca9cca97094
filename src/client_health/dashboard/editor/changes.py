"""What the buttons of the editor do to a draft. All of them are pure."""

from decimal import Decimal

from client_health.dashboard.editor import numbers
from client_health.dashboard.editor.fields import (
    MOST_CARDS,
    MOST_PARTS,
    CardFields,
    DraftFields,
    PartFields,
    percent_text,
)
from client_health.dashboard.editor.numbers import Unreadable
from client_health.errors import UsageError
from client_health.scorecard.model import normalised

_HEAVIEST = Decimal(1_000_000)
NEW_PART = PartFields(name="New component", weight="10", curve="0 → 0\n100 → 100", when_empty="")


def change(draft: DraftFields, action: str) -> DraftFields:
    """The draft after a button; raises UsageError where it cannot be done."""
    verb, _, number = action.partition(".")
    if verb == "card":
        return _moved_to(draft, number)
    if verb in ("add", "remove", "normalise"):
        return _with_card(draft, _change_parts(draft.card, verb, number))
    return _CHANGES[verb](draft) if verb in _CHANGES else draft


def _change_parts(card: CardFields, verb: str, number: str) -> CardFields:
    if verb == "normalise":
        return _normalised(card)
    if verb == "add":
        if len(card.parts) >= MOST_PARTS:
            raise UsageError(f"a scorecard has at most {MOST_PARTS} components")
        return _with_parts(card, (*card.parts, NEW_PART))
    gone = _number(number, len(card.parts))
    if len(card.parts) == 1:
        raise UsageError("a scorecard needs at least one component")
    return _with_parts(card, card.parts[:gone] + card.parts[gone + 1 :])


def _normalised(card: CardFields) -> CardFields:
    """Weights in the same proportions that sum to 100%."""
    try:
        weights = [numbers.exact(part.weight) or Decimal(0) for part in card.parts]
    except Unreadable as fault:
        raise UsageError(f"the weights cannot be normalised: {fault}") from None
    if not weights or not all(0 < weight <= _HEAVIEST for weight in weights):
        raise UsageError("the weights cannot be normalised: each must be above 0 and at most 1,000,000")
    shares = normalised([float(weight) for weight in weights])
    parts = [
        part.model_copy(update={"weight": percent_text(weight)})
        for part, weight in zip(card.parts, shares, strict=True)
    ]
    return _with_parts(card, tuple(parts))


def _moved_to(draft: DraftFields, number: str) -> DraftFields:
    return draft.model_copy(update={"place": _number(number, len(draft.cards))})


def _added_card(draft: DraftFields) -> DraftFields:
    """A copy of the scorecard, before it: the first that applies wins, so the special one comes first."""
    if len(draft.cards) >= MOST_CARDS:
        raise UsageError(f"a set has at most {MOST_CARDS} scorecards")
    taken = {card.name for card in draft.cards}
    name = next(name for name in (f"{draft.card.name[:50]}-{n}" for n in range(2, 99)) if name not in taken)
    copied = draft.card.model_copy(update={"name": name})
    cards = (*draft.cards[: draft.place], copied, *draft.cards[draft.place :])
    return draft.model_copy(update={"cards": cards})


def _removed_card(draft: DraftFields) -> DraftFields:
    if len(draft.cards) == 1:
        raise UsageError("at least one scorecard is needed")
    cards = draft.cards[: draft.place] + draft.cards[draft.place + 1 :]
    return draft.model_copy(update={"cards": cards, "place": min(draft.place, len(cards) - 1)})


def _earlier(draft: DraftFields) -> DraftFields:
    """Swap the scorecard with the one before it."""
    if not draft.place:
        return draft
    cards, before = list(draft.cards), draft.place - 1
    cards[before], cards[draft.place] = cards[draft.place], cards[before]
    return draft.model_copy(update={"cards": tuple(cards), "place": before})


_CHANGES = {"add_card": _added_card, "remove_card": _removed_card, "earlier": _earlier}


def _with_card(draft: DraftFields, card: CardFields) -> DraftFields:
    cards = (*draft.cards[: draft.place], card, *draft.cards[draft.place + 1 :])
    return draft.model_copy(update={"cards": cards})


def _with_parts(card: CardFields, parts: tuple[PartFields, ...]) -> CardFields:
    return card.model_copy(update={"parts": parts})


def _number(text: str, count: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) < count):
        raise UsageError("this button is of another state of the form; load the editor again")
    return int(text)
