"""Curves of a draft as far as they can be drawn while somebody is still typing."""

import itertools

from client_health.dashboard.charts.curve import CurveChart, curve_chart
from client_health.dashboard.editor import numbers
from client_health.dashboard.editor.fields import CardFields
from client_health.dashboard.editor.numbers import Unreadable


def drawn_curves(card: CardFields) -> list[CurveChart | None]:
    """One chart per component; None where its curve is not one yet."""
    return [_drawn(part.curve) for part in card.parts]


def _drawn(text: str) -> CurveChart | None:
    try:
        points = numbers.curve(text)
    except Unreadable:
        return None
    values = [value for value, _ in points]
    ascending = len(points) > 1 and all(left < right for left, right in itertools.pairwise(values))
    return curve_chart(points) if ascending and all(0 <= score <= 100 for _, score in points) else None
