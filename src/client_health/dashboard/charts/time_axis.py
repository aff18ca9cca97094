"""Dates along the width of a chart, and the names of the months."""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_APART = 7.0  # percent: names of months nearer than this would touch
EDGE = 12.0  # percent at both ends that the first and the last date need for themselves


@dataclass(frozen=True)
class Tick:
    """A text on an axis: a score at `at` pixels, or a month at `at` percent."""

    at: float
    text: str


def across(day: date, first: date, last: date) -> float:
    """Percent of the width; a single date stands in the middle."""
    days = (last - first).days
    return round((day - first).days / days * 100, 3) if days else 50.0


def months(first: date, last: date) -> list[Tick]:
    """First days of months, named as far as the names do not touch; a year where it begins."""
    ticks: list[Tick] = []
    start = first.replace(day=1)
    while (start := (start + timedelta(days=32)).replace(day=1)) <= last:
        at = across(start, first, last)
        if EDGE <= at <= 100 - EDGE and (not ticks or at - ticks[-1].at >= MONTHS_APART):
            ticks.append(Tick(at, f"{start:%b %Y}" if start.month == 1 else f"{start:%b}"))
    return ticks
