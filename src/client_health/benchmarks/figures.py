"""One distribution: its figures, the place of a value in it, and when it is too small to be told."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from client_health.benchmarks.distributions import QUARTILES, Distributions
from client_health.scorecard.rounding import Floats, round_half_up

FEWEST_PEERS = 5  # of fewer tenants nothing is told: quartiles of three are what each of them has


@dataclass(frozen=True)
class Figures:
    """What is told of a distribution. Never its ends: those are single tenants' values."""

    p25: int
    median: int
    p75: int
    mean: int


@dataclass(frozen=True)
class Histogram:
    """A distribution: ascending whole `values`, and how many tenants have each (`counts`, none is 0)."""

    values: Floats
    counts: Floats

    @classmethod
    def unpacked(cls, packed: Floats) -> Self:
        """From value, count, value, count, …"""
        return cls(packed[0::2], packed[1::2])

    @property
    def total(self) -> int:
        """How many tenants it holds."""
        return int(self.counts.sum())

    def without(self, value: float) -> "Histogram":
        """The same with one tenant less, who has this value."""
        counts = np.where(self.values == value, self.counts - 1, self.counts)
        return Histogram(self.values[counts > 0], counts[counts > 0])

    def mid_rank(self, value: float) -> int:
        """Percentile of a value: the share of tenants below it, and half of those that tie, 0 to 100."""
        below = self.counts[self.values < value].sum()
        ties = self.counts[self.values == value].sum()
        return int(round_half_up(np.array([(below + ties / 2) / self.total * 100]))[0])

    def figures(self) -> Figures | None:
        """Quartiles and mean; None of fewer than FEWEST_PEERS tenants."""
        if self.total < FEWEST_PEERS:
            return None
        ends = np.array([0, len(self.values)])
        alone = Distributions(np.zeros(1, np.int64), ends, self.values, self.counts.astype(np.int64))
        p25, median, p75 = (int(alone.quantiles(share)[0]) for share in QUARTILES)
        return Figures(p25, median, p75, int(alone.means()[0]))


EMPTY = Histogram(np.empty(0), np.empty(0))
