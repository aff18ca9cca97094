"""Which scorecard scores which tenant: an ordered set of scorecards, the first that matches wins."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client_health.scorecard.components import Bools
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats

Places = NDArray[np.int64]
NONE = -1  # no scorecard applies


@dataclass(frozen=True)
class Attributes:
    """What tenants are matched by, aligned; `employees` is NaN where unknown."""

    segments: Sequence[str | None]
    industries: Sequence[str | None]
    employees: Floats


@dataclass(frozen=True)
class ScorecardSet:
    """Scorecards in the order in which tenants are matched. Raises ValueError where it makes no sense."""

    scorecards: tuple[Scorecard, ...]

    def __post_init__(self) -> None:
        names = [card.name for card in self.scorecards]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two scorecards are called {', '.join(twice)}; every name must be used once")
        for before, after in itertools.pairwise(self.scorecards):
            if before.applies_to is None:
                raise ValueError(
                    f"the scorecard {before.name} applies to all tenants and stands before {after.name}, "
                    "which would never be used; put it last"
                )

    @property
    def digests(self) -> tuple[str, ...]:
        """What tells two sets apart."""
        return tuple(card.digest() for card in self.scorecards)

    @property
    def max_age_days(self) -> int:
        """The longest time for which one of the scorecards lets measures stand in."""
        return max(card.max_age_days for card in self.scorecards)

    def assign(self, attributes: Attributes) -> Places:
        """The place of each tenant's scorecard in the set; NONE where no scorecard applies."""
        assigned = np.full(len(attributes.employees), NONE, dtype=np.int64)
        for place, card in reversed(list(enumerate(self.scorecards))):
            assigned[matches(card, attributes)] = place
        return assigned


@dataclass(frozen=True)
class Coverage:
    """How a set divides tenants: how many each scorecard scores, how many two claim, and who is left."""

    scored: tuple[int, ...]
    overlaps: tuple[tuple[str, str, int], ...]
    uncovered: Places


def coverage(cards: ScorecardSet, attributes: Attributes) -> Coverage:
    """Count tenants by scorecard. An overlap is one of two scorecards that both name who they are for."""
    assigned = cards.assign(attributes)
    named = [card for card in cards.scorecards if card.applies_to is not None]
    overlaps = [
        (one.name, other.name, int((matches(one, attributes) & matches(other, attributes)).sum()))
        for one, other in itertools.combinations(named, 2)
    ]
    return Coverage(
        tuple(int((assigned == place).sum()) for place in range(len(cards.scorecards))),
        tuple(overlap for overlap in overlaps if overlap[2]),
        np.flatnonzero(assigned == NONE),
    )


def matches(card: Scorecard, attributes: Attributes) -> Bools:
    """True for tenants that a scorecard is for. An unknown attribute fits no condition on it."""
    fits = np.ones(len(attributes.employees), dtype=bool)
    rule = card.applies_to
    if rule is None:
        return fits
    for wanted, had in ((rule.segment, attributes.segments), (rule.industry, attributes.industries)):
        if wanted:
            folded = {word.casefold() for word in wanted}
            fits &= np.array([word is not None and word.casefold() in folded for word in had], dtype=bool)
    with np.errstate(invalid="ignore"):
        if rule.employees_from is not None:
            fits &= attributes.employees >= rule.employees_from
        if rule.employees_to is not None:
            fits &= attributes.employees <= rule.employees_to
    return fits
