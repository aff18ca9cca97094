"""Tenants: their size, their rhythm and the levels of their traits on every day."""

from dataclasses import dataclass
from random import Random

import numpy as np

from client_health.demo.world import names
from client_health.demo.world.stories import CAST, Character
from client_health.demo.world.traits import Levels, Trait, character, follow, neighbourly, wander

INACTIVE_TENANTS = 6
FOREVER = 10**7
# share of the tenants, and the range of their scores
MOODS = ((0.60, 74.0, 95.0), (0.285, 44.0, 67.0), (0.115, 15.0, 36.0))


@dataclass(frozen=True)
class Span:
    """The days that the world lives through, the history before the first day among them."""

    start: int
    end: int

    @property
    def days(self) -> int:
        """How many."""
        return self.end - self.start + 1


@dataclass
class Tenant:
    """One client organization of the application."""

    number: int
    id: str
    name: str
    industry: str
    users: int
    levels: Levels
    span: Span
    dice: Random
    case_pace: float  # cases opened in 30 days
    campaign_rhythm: int  # days between two campaigns, 0: none
    born: int
    silent_from: int = FOREVER
    rots_from: int = FOREVER
    moves_users_on: int = FOREVER
    is_active: bool = True

    def level(self, trait: Trait, day: int) -> float:
        """The level of a trait on a day; after the last day it stays."""
        index = min(max(day, self.span.start), self.span.end) - self.span.start
        return float(self.levels[trait, index])

    def writes(self, day: int) -> bool:
        """Does the application write anything for this tenant on that day?"""
        return self.born <= day < self.silent_from


def populate(count: int, span: Span, seed: int) -> list[Tenant]:
    """The cast and its neighbours, and beside them a few tenants that have left."""
    dice = Random(f"{seed} tenants")
    cast: list[Character | None] = [*CAST[:count], *[None] * max(0, count - len(CAST))]
    dice.shuffle(cast)
    companies = names.companies(dice)
    moods = _moods(count, dice)
    everyone = [
        _of_the_cast(number, role, span, seed)
        if role
        else _neighbour(number, next(companies), moods[number], span, seed)
        for number, role in enumerate(cast)
    ]
    for number in range(count, count + INACTIVE_TENANTS):
        gone = _neighbour(number, next(companies), 40.0, span, seed)
        gone.is_active = False
        gone.silent_from = span.start + dice.randint(5, 60)
        everyone.append(gone)
    return everyone


def _moods(count: int, dice: Random) -> list[float]:
    """One score per tenant to live around, in fixed proportions."""
    scores = [
        low + (high - low) * dice.random() for share, low, high in MOODS for _ in range(round(share * count))
    ]
    scores += [80.0] * (count - len(scores))
    dice.shuffle(scores)
    return scores


def _neighbour(number: int, company: tuple[str, str], score: float, span: Span, seed: int) -> Tenant:
    name, industry = company
    dice = Random(f"{seed} tenant {number}")
    rng = np.random.default_rng([seed, number])
    users = min(600, max(5, round(13 * np.exp(rng.normal(0, 1.05)))))
    content = score > 50
    has_cases = not (content and dice.random() < 0.07)
    has_campaigns = not (content and dice.random() < 0.10)
    given = {Trait.CASES: 100.0} if not has_cases else {}
    given |= {Trait.CAMPAIGNS: 100.0} if not has_campaigns else {}
    return Tenant(
        number=number,
        id=f"org_{number + 1:04}",
        name=name,
        industry=industry,
        users=users,
        levels=neighbourly(rng, character(rng, score, given), span.days),
        span=span,
        dice=dice,
        case_pace=min(50.0, 10 + 0.25 * users + dice.uniform(0, 5)) if has_cases else 0.0,
        campaign_rhythm=dice.randint(12, 20) if has_campaigns else 0,
        born=span.start - dice.randint(60, 1500),
    )


def _of_the_cast(number: int, role: Character, span: Span, seed: int) -> Tenant:
    rng = np.random.default_rng([seed, number])
    days_left = np.arange(span.days - 1, -1, -1, dtype=np.float64)
    course = np.array([follow(role.levels[trait], days_left) for trait in Trait])
    strays = wander(rng, span.days, spread=1.0)
    return Tenant(
        number=number,
        id=f"org_{number + 1:04}",
        name=role.name,
        industry=role.industry,
        users=role.users,
        levels=course + strays,
        span=span,
        dice=Random(f"{seed} tenant {number}"),
        case_pace=role.case_pace,
        campaign_rhythm=role.campaign_rhythm,
        born=span.end - role.born if role.born is not None else span.start - 400 - 31 * number % 300,
        silent_from=span.end + 1 - role.silent_days if role.silent_days else FOREVER,
        rots_from=span.end - role.rots_from if role.rots_from else FOREVER,
        moves_users_on=span.end - role.moves_users_at if role.moves_users_at else FOREVER,
    )
