"""The last known figures, which stand in where a query failed."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.store.past_scores import Keys
from client_health.store.types import Floats
from client_health.store.usage_days import UsageDay, read_day
from client_health.usage.metrics import UsageMetrics


def stand_in(
    connection: sa.Connection,
    metrics: UsageMetrics,
    ids: Keys,
    day: date,
    wanted: Sequence[str],
    max_age: int,
) -> None:
    """Let the last known figures of the `wanted` measures stand in, up to `max_age` days old.

    `ids` are the tenants' surrogate keys; one that the store does not know has no figures. Fills `values`
    and `stale_days` in place; age counts from the date on which a figure was measured.
    """
    nothing = np.full(len(ids), np.nan)
    values = {name: nothing.copy() for name in wanted}
    ages = {name: nothing.copy() for name in wanted}
    for back in range(max_age + 1):
        past = read_day(connection, day - timedelta(days=back), ids)
        places = _places(past, ids)
        for name in wanted:
            _take(values[name], ages[name], past, places, name, back, max_age)
    metrics.values.update(values)
    metrics.stale_days.update(ages)


def _places(past: UsageDay, ids: Keys) -> Keys:
    """Where each tenant stands in a past day; -1: nowhere."""
    if not len(past.tenants):
        return np.full(len(ids), -1)
    places = np.minimum(np.searchsorted(past.tenants, ids), len(past.tenants) - 1)
    found: Keys = np.where(past.tenants[places] == ids, places, -1)
    return found


def _take(
    values: Floats, ages: Floats, past: UsageDay, places: Keys, name: str, back: int, max_age: int
) -> None:
    """Take the figures of a past day, `back` days ago, where there is none yet and they are not too old."""
    if name not in past.values:
        return
    stale = past.stale_days.get(name, np.zeros(len(past.tenants)))
    told, age = past.values[name][places], back + np.nan_to_num(stale[places])
    use = (places >= 0) & np.isnan(values) & ~np.isnan(told) & (age <= max_age)
    values[use], ages[use] = told[use], age[use]
