"""How whole numbers are distributed in many groups at once: who has what, quantiles, means."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client_health.scorecard.rounding import Floats, round_half_up

Codes = NDArray[np.int64]
QUARTILES = (0.25, 0.5, 0.75)
NONE = -1  # the code of what belongs to no group


@dataclass(frozen=True)
class Distributions:
    """Distributions of several groups, end to end; no group is empty.

    The group `groups[g]` has `counts[i]` times the value `values[i]`, for i from `starts[g]` up to
    `starts[g + 1]`; its values ascend.
    """

    groups: Codes
    starts: Codes
    values: Floats
    counts: Codes

    @property
    def totals(self) -> Codes:
        """How many values each group has."""
        passed = self._passed()
        totals: Codes = passed[self.starts[1:]] - passed[self.starts[:-1]]
        return totals

    def quantiles(self, share: float) -> Floats:
        """The quantile of each group: linear between neighbours in order (type 7), rounded half up."""
        passed, totals = self._passed(), self.totals
        first, place = passed[self.starts[:-1]], (totals - 1) * share
        below = np.floor(place).astype(np.int64)
        lower = self._in_order(passed, first + below)
        upper = self._in_order(passed, first + np.minimum(below + 1, totals - 1))
        return round_half_up(lower + (upper - lower) * (place - below))

    def means(self) -> Floats:
        """The mean of each group, rounded half up."""
        return round_half_up(np.add.reduceat(self.values * self.counts, self.starts[:-1]) / self.totals)

    def packed(self) -> list[Floats]:
        """Each group as value, count, value, count, …"""
        flat = np.column_stack([self.values, self.counts]).ravel()
        ends = (self.starts * 2).tolist()
        return [flat[start:end] for start, end in itertools.pairwise(ends)]

    def _passed(self) -> Codes:
        """How many values lie before each place, over all groups."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def _in_order(self, passed: Codes, numbers: Codes) -> Floats:
        """The values that stand at these numbers in the order of all, counted from 0."""
        found: Floats = self.values[np.searchsorted(passed[1:], numbers, side="right")]
        return found


def distribute(codes: Codes, values: Floats) -> Distributions:
    """Distributions by group; tenants without a group (NONE) or without a value (NaN) are left out."""
    kept = (codes != NONE) & ~np.isnan(values)
    distinct, places = np.unique(values[kept], return_inverse=True)
    width = max(len(distinct), 1)
    pairs, counts = np.unique(codes[kept] * width + places, return_counts=True)
    groups, starts = np.unique(pairs // width, return_index=True)
    ends = np.append(starts, len(pairs))
    return Distributions(groups, ends, distinct[pairs % width], counts)
