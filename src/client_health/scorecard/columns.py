"""What the scoring reads: one column of numbers per measure, over all tenants at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from client_health.scorecard.rounding import Floats


@dataclass(frozen=True)
class Columns:
    """Measures of `count` tenants on one date.

    `values` holds one float64 column per measure, NaN where the measure is missing.
    `stale_days` holds, for measures that stand in from an earlier date, how many days old each figure is
    (NaN where it is fresh); a measure without a column there is fresh for every tenant.
    """

    count: int
    values: Mapping[str, Floats]
    stale_days: Mapping[str, Floats] = field(default_factory=dict)

    def value(self, measure: str, max_age_days: int) -> Floats:
        """The column of a measure; NaN where it is missing or older than `max_age_days`."""
        column = self.values.get(measure)
        if column is None:
            return np.full(self.count, np.nan)
        age = self.stale_days.get(measure)
        return column if age is None else np.where(age > max_age_days, np.nan, column)

    def stale(self, measure: str) -> np.ndarray | None:
        """Boolean column, True where the measure stands in from an earlier date; None: fresh for all."""
        age = self.stale_days.get(measure)
        return None if age is None else ~np.isnan(age)

    def at(self, places: NDArray[np.int64]) -> Self:
        """The same measures of some of the tenants."""
        if len(places) == self.count:
            return self
        return type(self)(
            len(places),
            {name: column[places] for name, column in self.values.items()},
            {name: column[places] for name, column in self.stale_days.items()},
        )
