"""The curve of a component: which value scores what, level at both ends."""

from collections.abc import Sequence
from dataclasses import dataclass

TAIL = 0.15  # of the width: the level part behind the last point
MARGIN = 5.0  # px above 100 and below 0, so that a mark is not cut off

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    """A point of the curve: `x` in percent of the width, `y` in px."""

    x: float
    y: float
    value: float
    score: float


@dataclass(frozen=True)
class CurveChart:
    """A line in a box of 100 × `height`, its marks, and what it says in words."""

    height: float
    top: float
    bottom: float
    line: str
    marks: tuple[Mark, ...]
    words: str


def curve_chart(points: Points, height: float = 60) -> CurveChart:
    """Where a curve of at least one point lies; values ascend, scores are 0 to 100."""
    marks = tuple(
        Mark(x, _y(score, height), value, score)
        for x, (value, score) in zip(_places([value for value, _ in points]), points, strict=True)
    )
    corners = [(0.0, marks[0].y), *((mark.x, mark.y) for mark in marks), (100.0, marks[-1].y)]
    line = " ".join(f"{x:g},{y:g}" for x, y in corners)
    return CurveChart(height, _y(100, height), _y(0, height), line, marks, curve_words(points))


def curve_words(points: Points) -> str:
    """The curve as a sentence: `0 or less scores 0, 0.7 or more scores 100`."""
    told = [f"{value:g} scores {score:g}" for value, score in points]
    first, last = points[0], points[-1]
    told[0] = f"{first[0]:g} or less scores {first[1]:g}" if first[0] else told[0]
    told[-1] = f"{last[0]:g} or more scores {last[1]:g}"
    return ", ".join(told)


def _places(values: Sequence[float]) -> list[float]:
    """Values on an axis from 0 (or the first, where it is below) to the last, in percent."""
    low, high = min(0.0, values[0]) / 2, values[-1] / 2  # halves: the span of two huge values is finite
    if high <= low:
        return [0.0] * len(values)
    return [round(100 * (1 - TAIL) * ((value / 2 - low) / (high - low)), 2) for value in values]


def _y(score: float, height: float) -> float:
    return round(MARGIN + (1 - score / 100) * (height - 2 * MARGIN), 2)
