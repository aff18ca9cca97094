"""The score by date: a line with gaps, bands for the risk levels, months, and numbered marks."""

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from client_health.dashboard.charts.time_axis import Tick, across, months
from client_health.scorecard.model import Risk

HEIGHT = 220.0  # pixels
MARKS_HEIGHT = 20.0  # of them at the top, for one row of marks; the plot lies below
LEAST_RANGE = 36.0  # points from bottom to top, so that a wobble stays one
PADDING = 4.0  # points above and below the scores
CLOSE = 3.2  # percent: marks nearer than this would lie on each other
MOST_ROWS = 3
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A score: `x` in percent of the width, `y` in pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class Band:
    """The scores of a risk level; `top` and `bottom` in pixels."""

    level: str
    top: float
    bottom: float


@dataclass(frozen=True)
class Mark:
    """A numbered mark on one date; `row` 0 is the uppermost."""

    number: int
    x: float
    row: int


@dataclass(frozen=True)
class HistoryChart:
    """Everything that is drawn. `lines` are polylines over 0 to 100 by 0 to `height`; `dots` stand alone."""

    height: float
    plot_top: float
    low: float
    high: float
    places: list[Place | None]
    lines: list[str]
    dots: list[Place]
    bands: list[Band]
    scores: list[Tick]
    months: list[Tick]
    marks: list[Mark]
    declining: float | None

    @property
    def end(self) -> Place | None:
        """The last score."""
        return next((place for place in reversed(self.places) if place is not None), None)


def history(
    scores: Sequence[tuple[date, float | None]],
    first: date,
    last: date,
    risk: Risk,
    marked: Sequence[date] = (),
    height: float = HEIGHT,
) -> HistoryChart:
    """Scores in order of date from `first` to `last`, and marks on dates in the order of their numbers."""
    marks = _marks([across(day, first, last) for day in marked])
    top = MARKS_HEIGHT * (1 + max((mark.row for mark in marks), default=-1))
    low, high = _range([score for _, score in scores if score is not None])

    def down(score: float) -> float:
        share = (score - low) / (high - low)
        return round(height - share * (height - top), 2)

    places = [
        None if score is None else Place(across(day, first, last), down(score)) for day, score in scores
    ]
    stretches = _stretches(list(zip((day for day, _ in scores), places, strict=True)))
    return HistoryChart(
        height,
        top,
        low,
        high,
        places,
        [" ".join(f"{one.x:g},{one.y:g}" for one in line) for line in stretches if len(line) > 1],
        [line[0] for line in stretches if len(line) == 1],
        [Band(level, down(upper), down(lower)) for level, lower, upper in _bands(risk, low, high)],
        [Tick(down(score), f"{score:g}") for score in _ticks(risk, low, high)],
        months(first, last),
        marks,
        down(risk.high_below_when_declining) if _shows_declining(risk, low, high) else None,
    )


def _range(known: list[float]) -> tuple[float, float]:
    """The scores with some air, at least LEAST_RANGE, and between 0 and 100."""
    low, high = (min(known) - PADDING, max(known) + PADDING) if known else (32.0, 68.0)
    lacking = max(0.0, LEAST_RANGE - (high - low)) / 2
    low, high = low - lacking, high + lacking
    up, down = max(0.0, -low), max(0.0, high - 100)
    return max(0.0, math.floor(low + up - down)), min(100.0, math.ceil(high + up - down))


def _stretches(dated: list[tuple[date, Place | None]]) -> list[list[Place]]:
    """What is drawn in one go. A date without a score is a gap, and so is one that was not scored at all:
    more days without one than usual, for some fleets are scored once a week."""
    steps = [(later - earlier).days for (earlier, _), (later, _) in itertools.pairwise(dated)]
    usual = timedelta(days=statistics.median_low(steps)) if steps else ONE_DAY
    stretches: list[list[Place]] = [[]]
    before: date | None = None
    for day, place in dated:
        if before is not None and day - before > usual:
            stretches.append([])
        before = day
        if place is None:
            stretches.append([])
        else:
            stretches[-1].append(place)
    return [stretch for stretch in stretches if stretch]


def _bands(risk: Risk, low: float, high: float) -> Iterable[tuple[str, float, float]]:
    for level, lower, upper in (
        ("HIGH", 0.0, risk.high_below),
        ("MEDIUM", risk.high_below, risk.low_from),
        ("LOW", risk.low_from, 100.0),
    ):
        lower, upper = max(lower, low), min(upper, high)
        if lower < upper:
            yield level, lower, upper


def _ticks(risk: Risk, low: float, high: float) -> list[float]:
    """The ends, and between them the thresholds that are not too near to be read, or else the middle."""
    near = (high - low) / 10
    inner = sorted(one for one in {risk.high_below, risk.low_from} if low + near <= one <= high - near)
    return [low, *(inner or [(low + high) // 2]), high]


def _shows_declining(risk: Risk, low: float, high: float) -> bool:
    """Whether the threshold for those who decline lies in sight, and is one of its own."""
    own = risk.high_below < risk.high_below_when_declining < risk.low_from
    return own and low < risk.high_below_when_declining < high


def _marks(places: Sequence[float]) -> list[Mark]:
    """Marks in rows, so that close ones do not lie on each other."""
    marks: list[Mark] = []
    for number, x in enumerate(places, 1):
        taken = {mark.row for mark in marks if abs(mark.x - x) < CLOSE}
        row = next((row for row in range(MOST_ROWS) if row not in taken), MOST_ROWS - 1)
        marks.append(Mark(number, x, row))
    return marks
