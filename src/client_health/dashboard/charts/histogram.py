"""How many tenants have which score: bars of ten points each."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 1.2  # percent of the width between two bars
LEAST = 1.5  # px: somebody is there, however few they are among many


@dataclass(frozen=True)
class Bar:
    """Tenants from `low` to `high` points: `x` and `width` in percent, `y` and `height` in px."""

    low: int
    high: int
    count: int
    x: float
    width: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Where its figure stands."""
        return round(self.x + self.width / 2, 2)


def bars(counts: Sequence[int], height: float, most: int | None = None, top: float = 14) -> tuple[Bar, ...]:
    """Bars over equal parts of 0 to 100 points; those that share `most` share a scale.

    `top` px stay free above the longest bar for its figure.
    """
    scale, size = max(most or 0, *counts, 1), 100 // len(counts)
    width = 100 / len(counts)
    made = []
    for place, count in enumerate(counts):
        long = max(count / scale * (height - top), LEAST) if count else 0.0
        last = place == len(counts) - 1
        made.append(
            Bar(
                low=place * size,
                high=100 if last else place * size + size - 1,
                count=count,
                x=round(place * width + GAP / 2, 2),
                width=round(width - GAP, 2),
                y=round(height - long, 2),
                height=round(long, 2),
            )
        )
    return tuple(made)
