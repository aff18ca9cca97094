"""A box of quartiles with a mark in it. No end of a cohort is drawn: those are single tenants' values."""

from dataclasses import dataclass

STEPS = (1, 2, 5, 10)  # what a round figure begins with


@dataclass(frozen=True)
class Box:
    """Places on an axis in percent of its length; `value` is None without a mark."""

    p25: float
    median: float
    p75: float
    value: float | None

    @property
    def width(self) -> float:
        """How long the box is."""
        return round(self.p75 - self.p25, 2)


def box(p25: float, median: float, p75: float, value: float | None, low: float = 0, high: float = 100) -> Box:
    """Where the figures lie on an axis from `low` to `high`; what lies beyond it stands at its end."""

    def place(figure: float) -> float:
        share = (figure - low) / (high - low) if high > low else 0.0
        return round(100 * min(max(share, 0.0), 1.0), 2)

    return Box(place(p25), place(median), place(p75), None if value is None else place(value))


def axis_end(*figures: float | None) -> float:
    """A round figure at or above all of these, to end an axis that begins at 0: 10, 20, 50, 100, …"""
    most = max((figure for figure in figures if figure is not None), default=0.0)
    unit = 1.0
    while unit * 10 < most:
        unit *= 10
    return next(step * unit for step in STEPS if step * unit >= most)
