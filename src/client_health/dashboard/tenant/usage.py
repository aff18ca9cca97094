"""Measures of the last weeks as bars, those of the scorecard first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from client_health.dashboard.charts.bars import Bars, bars
from client_health.scorecard.model import Scorecard
from client_health.store.usage import DailyMeasures

MOST = 12
MOST_HIGHLIGHTS = 6


@dataclass(frozen=True)
class UsageChart:
    """One measure by day. `day` is the date of `latest`; `stale` days show figures of an earlier date."""

    measure: str
    latest: float
    day: date
    earliest: float
    lowest: float
    highest: float
    missing: int
    stale: int
    latest_is_stale: bool
    bars: Bars


def usage_charts(
    daily: Sequence[DailyMeasures], scorecard: Scorecard, first: date, last: date
) -> list[UsageChart]:
    """Charts of the measures that have a figure between two dates, MOST of them at most."""
    read = [name for part in scorecard.components for name in part.measures]
    return _charts(daily, read, first, last)[:MOST]


def usage_highlights(
    daily: Sequence[DailyMeasures], scorecard: Scorecard, first: date, last: date
) -> list[UsageChart]:
    """The same of what components score, before what they score it by: MOST_HIGHLIGHTS at most."""
    scored = [part.measure for part in scorecard.components]
    return _charts(daily, scored, first, last)[:MOST_HIGHLIGHTS]


def _charts(
    daily: Sequence[DailyMeasures], before: Sequence[str], first: date, last: date
) -> list[UsageChart]:
    """Charts of all measures, some of them before the others, which follow by name."""
    by_day = {one.day: one for one in daily}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    known = {name for one in daily if first <= one.day <= last for name in one.measures}
    names = [name for name in dict.fromkeys([*before, *sorted(known)]) if name in known]
    return [_chart(name, days, by_day) for name in names]


def _chart(measure: str, days: list[date], by_day: dict[date, DailyMeasures]) -> UsageChart:
    values = [by_day[day].measures.get(measure) if day in by_day else None for day in days]
    stale = [day in by_day and measure in by_day[day].stale_days for day in days]
    known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
    day, latest = known[-1]
    figures = [value for _, value in known]
    return UsageChart(
        measure,
        latest,
        day,
        known[0][1],
        min(figures),
        max(figures),
        len(days) - len(known),
        sum(stale),
        stale[days.index(day)],
        bars(values, stale),
    )
