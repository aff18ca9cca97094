"""Walking through stored dates, oldest first, and scoring each under a set of scorecards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from client_health.replay.lookback import Lookback
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import FleetScores, score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats
from client_health.scorecard.sets import NONE, Places, ScorecardSet
from client_health.scorecard.trend import Baseline
from client_health.store.past_scores import Keys, PastDay
from client_health.store.tenants import TenantColumns
from client_health.store.usage_days import UsageDay


@dataclass(frozen=True)
class ReplayedGroup:
    """Tenants of a date that one scorecard (its place in the set) scored; `places` are theirs in the day."""

    scorecard: int
    places: Places
    tenants: Keys
    fleet: FleetScores
    previous: Floats
    baseline: Baseline
    baseline_days: Sequence[date | None]


class Walk:
    """Scores day after day, remembering what the trend looks back on."""

    def __init__(self, cards: ScorecardSet, tenants: TenantColumns) -> None:
        size = int(tenants.keys.max(initial=0)) + 1
        self._cards = cards.scorecards
        self._assigned = np.full(size, NONE, dtype=np.int64)
        self._assigned[tenants.keys] = cards.assign(tenants.attributes)
        self._since = np.full(size, np.nan)
        self._since[tenants.keys] = tenants.since
        self.lookbacks = [_lookback(card, size) for card in self._cards]

    @property
    def longest_lookback(self) -> timedelta:
        """How far before the first wanted day a walk has to begin for its trends to be right."""
        return timedelta(days=max(card.trend.lookback_days for card in self._cards))

    def step(self, usage: UsageDay) -> list[ReplayedGroup]:
        """Score one date; dates must be given oldest first."""
        return list(self._groups(usage))

    def _groups(self, usage: UsageDay) -> Iterator[ReplayedGroup]:
        assigned = self._assigned[usage.tenants]
        everything = Columns(len(usage.tenants), usage.values, usage.stale_days)
        ages = (usage.as_of - self._since[usage.tenants]) / 86_400
        for number, card in enumerate(self._cards):
            places = np.flatnonzero(assigned == number)
            if not len(places):
                continue
            tenants, lookback = usage.tenants[places], self.lookbacks[number]
            baseline, days = lookback.baseline(usage.day, tenants)
            previous = lookback.previous(tenants)
            fleet = score_fleet(card, everything.at(places), ages[places], baseline)
            lookback.add(PastDay(usage.day, tenants, fleet.components, fleet.overall))
            yield ReplayedGroup(number, places, tenants, fleet, previous, baseline, days)


def _lookback(card: Scorecard, size: int) -> Lookback:
    return Lookback(len(card.components), card.trend.lookback_days, size)
