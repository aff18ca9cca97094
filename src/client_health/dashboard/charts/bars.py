"""Bars by day: a measure over some weeks, with gaps where it is not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FLATTEST = 1.5  # pixels: a day of 0 is seen, and is not taken for a day that is not known
SHARE = 0.78  # of a day's width that its bar takes


@dataclass(frozen=True)
class Bars:
    """Two paths over 0 to `days` by 0 to `height`: fresh figures, and those that stand in for later days."""

    days: int
    height: float
    fresh: str
    stale: str
    top: float


def bars(values: Sequence[float | None], stale: Sequence[bool], height: float = 56) -> Bars:
    """One bar per day from left to right; the highest figure reaches the top, 0 is at the bottom."""
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    paths: dict[bool, list[str]] = {False: [], True: []}
    for day, (value, is_stale) in enumerate(zip(values, stale, strict=True)):
        if value is not None:
            tall = max(FLATTEST, round(height * max(value, 0.0) / top, 1))
            paths[is_stale].append(f"M{day + (1 - SHARE) / 2:.2f} {height:g}v{-tall:g}h{SHARE}v{tall:g}z")
    assert math.isfinite(top)
    return Bars(max(len(values), 1), height, "".join(paths[False]), "".join(paths[True]), top)
