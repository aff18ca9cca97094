"""Critical tenants by week, as it was and as it would have been: two bars beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from client_health.replay.results import Week

FILLED = 0.8  # of a week's share of the width
LABELS = 8
TEXT = 14  # pixels


@dataclass(frozen=True)
class Pair:
    """A week: both bars as (x, y, height), x in percent, the rest in px; `label` only now and then."""

    monday: date
    before: int
    after: int
    x_before: float
    x_after: float
    y_before: float
    y_after: float
    height_before: float
    height_after: float
    label: str | None


@dataclass(frozen=True)
class WeeksChart:
    """Weeks in order; every bar is `width` percent wide, and `most` stands at the top of the axis."""

    height: float
    width: float
    most: int
    weeks: tuple[Pair, ...]


def weeks_chart(weeks: Sequence[Week], height: float = 120) -> WeeksChart:
    """Where the bars of at least one week lie; a line of text fits above the longest."""
    most = max(max(week.before, week.after) for week in weeks)
    slot = 100 / len(weeks)
    width = round(slot * FILLED / 2, 3)
    every = -(-len(weeks) // LABELS)
    longest = (height - TEXT) / max(most, 1)
    pairs = tuple(_pair(week, place, slot, width, height, longest, every) for place, week in enumerate(weeks))
    return WeeksChart(height, width, most, pairs)


def _pair(week: Week, place: int, slot: float, width: float, height: float, scale: float, every: int) -> Pair:
    left = place * slot + slot * (1 - FILLED) / 2
    long_before, long_after = (scale * count for count in (week.before, week.after))
    return Pair(
        monday=week.monday,
        before=week.before,
        after=week.after,
        x_before=round(left, 3),
        x_after=round(left + width, 3),
        y_before=round(height - long_before, 2),
        y_after=round(height - long_after, 2),
        height_before=round(long_before, 2),
        height_after=round(long_after, 2),
        label=week.monday.isoformat() if place % every == 0 else None,
    )
