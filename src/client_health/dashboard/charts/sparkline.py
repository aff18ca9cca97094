"""A line the size of a word: scores of some days, with gaps where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LEAST_SPAN = 20.0  # points from bottom to top: a wobble of two points must not look like a fall
PADDING = 3.0  # for the mark at the end, which is drawn around its place


@dataclass(frozen=True)
class Spark:
    """Stretches as the points of polylines, and the place of the last score; `end` is None without any."""

    width: float
    height: float
    lines: list[str]
    end: tuple[float, float] | None


def sparkline(values: Sequence[float | None], width: float = 80, height: float = 22) -> Spark:
    """Evenly spaced values from left to right, in pixels; a stretch of one value is drawn as a dash."""
    known = [value for value in values if value is not None]
    if not known:
        return Spark(width, height, [], None)
    low, high = _range(known)
    bottom, scale = height - PADDING, (height - 2 * PADDING) / (high - low)
    lines: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(_across(len(values), width), values, strict=True):
        if value is None:
            lines.append([])
        else:
            lines[-1].append((x, round(bottom - (value - low) * scale, 1)))
    drawn = [line for line in lines if line]
    return Spark(width, height, [_points(line) for line in drawn], drawn[-1][-1])


@lru_cache
def _across(count: int, width: float) -> tuple[float, ...]:
    """Where values stand from left to right; a page draws many lines of a length."""
    step = (width - 2 * PADDING) / max(count - 1, 1)
    return tuple(round(PADDING + number * step, 1) for number in range(count))


def _range(known: list[float]) -> tuple[float, float]:
    middle, span = (min(known) + max(known)) / 2, max(max(known) - min(known), LEAST_SPAN)
    return middle - span / 2, middle + span / 2


def _points(line: list[tuple[float, float]]) -> str:
    places = line if len(line) > 1 else [line[0], (line[0][0] + 1, line[0][1])]
    return " ".join(f"{x:g},{y:g}" for x, y in places)
