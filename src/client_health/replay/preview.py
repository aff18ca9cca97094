"""What a draft would change: the fleet under it beside the fleet under the scorecards in force."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.errors import ConflictError
from client_health.replay.cliffs import cliffs
from client_health.replay.latest import latest_day
from client_health.replay.movers import moved
from client_health.replay.results import Distribution, NamedCliff, Preview, Week
from client_health.replay.side import Side, high, side_of
from client_health.replay.walk import ReplayedGroup, Walk
from client_health.scorecard.columns import Columns
from client_health.scorecard.risk import Level
from client_health.scorecard.rounding import round_half_up
from client_health.scorecard.sets import ScorecardSet
from client_health.store import scores, tenants, usage_days
from client_health.store.tenants import TenantColumns
from client_health.store.usage_days import UsageDay

DEFAULT_DAYS = 90
MOST_DAYS = 400
MOST_MOVERS = 100
BIN = 10  # points per bar of the histograms


def preview(
    connection: sa.Connection,
    before: ScorecardSet,
    after: ScorecardSet,
    days: int = DEFAULT_DAYS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Preview:
    """Replay the last `days` stored days under both sets; nothing is written.

    Raises ConflictError where nothing is stored yet.
    """
    last = latest_day(connection)
    if last is None:
        raise ConflictError("nothing is scored yet, so there is nothing to replay; run once first")
    fleet = tenants.columns(connection)
    walks = Walk(before, fleet), Walk(after, fleet)
    first = last - timedelta(days=days - 1)
    warm_up = max(walk.longest_lookback for walk in walks)
    dates = scores.days_scored_at_all(connection, first - warm_up, last)
    weeks = _Weeks(int(fleet.keys.max(initial=0)) + 1)
    for done, day in enumerate(dates):
        progress(done, len(dates))
        usage = usage_days.read_day(connection, day)
        told = [walk.step(usage) for walk in walks]
        if day >= first:
            weeks.note(day, *told)
    progress(len(dates), len(dates))
    return _told(before, after, fleet, usage, told, weeks, first, sum(day >= first for day in dates))


class _Weeks:
    """Who was HIGH in each week, on either side."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._high: dict[date, np.ndarray] = {}

    def note(self, day: date, before: list[ReplayedGroup], after: list[ReplayedGroup]) -> None:
        monday = day - timedelta(days=day.weekday())
        marked = self._high.setdefault(monday, np.zeros((2, self._size), dtype=bool))
        marked[0, high(before)] = True
        marked[1, high(after)] = True

    def counts(self) -> tuple[Week, ...]:
        """Weeks in order."""
        return tuple(Week(day, *map(int, marked.sum(axis=1))) for day, marked in self._high.items())


def _told(
    before: ScorecardSet,
    after: ScorecardSet,
    fleet: TenantColumns,
    usage: UsageDay,
    groups: list[list[ReplayedGroup]],
    weeks: _Weeks,
    first: date,
    days: int,
) -> Preview:
    count = len(usage.tenants)
    places = np.searchsorted(fleet.keys, usage.tenants)
    who = [(fleet.ids[place], fleet.names[place]) for place in places.tolist()]
    old = side_of(before.scorecards, groups[0], count)
    new = side_of(after.scorecards, groups[1], count)
    change = np.abs(np.nan_to_num(new.overall) - np.nan_to_num(old.overall))
    apart = np.isnan(new.overall) != np.isnan(old.overall)
    most = np.argsort(-change, kind="stable")[: int((change > 0).sum())]
    columns = Columns(count, usage.values, usage.stale_days)
    ages = (usage.as_of - fleet.since[places]) / 86_400
    level_changed = np.flatnonzero((old.levels != new.levels) | apart)
    by_severity = sorted(level_changed.tolist(), key=lambda place: (-change[place], who[place]))
    return Preview(
        first=first,
        last=usage.day,
        days=days,
        tenants=count,
        before=_distribution(old),
        after=_distribution(new),
        level_changes=tuple(moved(place, who, old, new) for place in by_severity),
        movers=tuple(moved(place, who, old, new) for place in most.tolist()[:MOST_MOVERS]),
        weeks=weeks.counts(),
        cliffs=tuple(
            NamedCliff(*who[cliff.place], cliff)
            for cliff in cliffs(after.scorecards, groups[1], columns, ages)
        ),
    )


def _distribution(side: Side) -> Distribution:
    known = side.overall[~np.isnan(side.overall)]
    bins = np.minimum(known.astype(np.int64) // BIN, 9)
    levels = {level.name: int((side.levels == level).sum()) for level in reversed(Level)}
    median = int(round_half_up(np.array([np.median(known)]))[0]) if len(known) else None
    histogram = tuple(np.bincount(bins, minlength=10).tolist())
    return Distribution(histogram, levels, median, len(side.overall) - len(known))
