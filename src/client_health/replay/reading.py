"""Reading the scorecards of a draft: strictly, and with the place of everything that is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import Place, located


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of a scorecard (its number in the draft; None: of the draft as a whole)."""

    scorecard: int | None
    place: Place
    message: str


def read_contents(contents: Sequence[Mapping[str, Any]]) -> tuple[ScorecardSet | None, list[Fault]]:
    """The scorecards of a draft, in order, or everything that is wrong with them."""
    cards, faults = [], []
    for number, content in enumerate(contents):
        try:
            cards.append(Scorecard.model_validate(content))
        except ValidationError as error:
            faults += [Fault(number, place, message) for place, message in located(error)]
    if faults:
        return None, faults
    try:
        return ScorecardSet(tuple(cards)), []
    except ValueError as error:
        return None, [Fault(None, (), str(error))]
