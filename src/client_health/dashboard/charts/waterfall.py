"""From the score then to the score now, part by part: bars between running sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["score", "rise", "fall", "none"]


@dataclass(frozen=True)
class Step:
    """One row: its words, its points (or a whole score), and its bar from `left` in percent of the width.

    `join` is where the line down to the next row stands, None in the last row.
    """

    label: str
    points: Decimal
    kind: Kind
    left: float
    width: float
    join: float | None


def waterfall(
    score_from: int,
    parts: Sequence[tuple[str, Decimal]],
    score_to: int,
    labels: tuple[str, str] = ("Then", "Now"),
) -> list[Step]:
    """Rows from `score_from` by each part to `score_to`; the parts must sum to the difference."""
    sums = [Decimal(score_from)]
    for _, points in parts:
        sums.append(sums[-1] + points)
    if sums[-1] != score_to:
        raise ValueError(f"the parts lead from {score_from} to {sums[-1]}, not to {score_to}")
    low, high = _axis(sums)

    def place(value: Decimal) -> float:
        return round(float((value - low) / (high - low) * 100), 3)

    def whole(label: str, score: Decimal, join: float | None) -> Step:
        return Step(label, score, "score", 0.0, place(score), join)

    rows = [whole(labels[0], sums[0], place(sums[0]))]
    for (label, points), before in zip(parts, sums, strict=False):
        ends = sorted((place(before), place(before + points)))
        kind: Kind = "rise" if points > 0 else "fall" if points < 0 else "none"
        rows.append(Step(label, points, kind, ends[0], round(ends[1] - ends[0], 3), place(before + points)))
    return [*rows, whole(labels[1], sums[-1], None)]


def _axis(sums: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The axis begins a little below the lowest sum, so that a small change among high scores is seen."""
    lowest, highest = min(sums), max(sums)
    low = max(Decimal(0), lowest - max(highest - lowest, Decimal(10)))
    low = min(low, lowest)
    return low, max(highest, low + 1)
