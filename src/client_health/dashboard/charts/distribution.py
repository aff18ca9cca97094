"""How many tenants have which score, in steps of five points; each bar is stacked by risk level."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEP = 5  # points
GAP = 0.5  # percent of the width between two bars
LEAST = 1.5  # pixels: somebody is there, however few they are among many


@dataclass(frozen=True)
class Part:
    """The tenants of one risk level in a bar; `y` and `height` in pixels."""

    level: str
    tenants: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """Tenants from `low` to `high` points; `x` and `width` in percent. The first part lies at the bottom."""

    low: int
    high: int
    x: float
    width: float
    parts: tuple[Part, ...]

    @property
    def tenants(self) -> int:
        """All of them."""
        return sum(part.tenants for part in self.parts)


def distribution(
    counts: Iterable[tuple[int, str, int]], levels: Sequence[str], height: float
) -> tuple[Bar, ...]:
    """Bars of (score, level, tenants); empty steps are left out, the longest bar takes the whole height."""
    found: Counter[tuple[int, str]] = Counter()
    for score, level, tenants in counts:
        found[_step(score), level] += tenants
    steps = sorted({step for step, _ in found})
    most = max((sum(found[step, level] for level in levels) for step in steps), default=1)
    return tuple(
        _bar(step, [(level, found[step, level]) for level in levels], height / most, height) for step in steps
    )


def _step(score: int) -> int:
    return min(score // STEP, 100 // STEP - 1)  # 100 is the last score, not a step of its own


def _bar(step: int, levels: Sequence[tuple[str, int]], scale: float, bottom: float) -> Bar:
    parts, y = [], bottom
    for level, tenants in levels:
        if tenants:
            tall = max(tenants * scale, LEAST)
            y -= tall
            parts.append(Part(level, tenants, round(max(y, 0.0), 2), round(tall, 2)))
    high = 100 if step == 100 // STEP - 1 else step * STEP + STEP - 1
    return Bar(step * STEP, high, round(step * STEP + GAP / 2, 2), STEP - GAP, tuple(parts))
