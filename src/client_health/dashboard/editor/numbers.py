"""Reading numbers that people typed: exactly, and nothing that only a program would write."""

import math
import re
from decimal import Decimal

_NUMBER = r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?"
_WHOLE = re.compile(_NUMBER)
_POINT = re.compile(rf"\s*({_NUMBER})\s*(?:→|->|=>|[:;,=]|\s)\s*({_NUMBER})\s*")
_MOST_POINTS = 200


class Unreadable(ValueError):  # noqa: N818  # it never leaves the editor
    """What was typed is not what belongs there; the message says what does."""


def exact(text: str) -> Decimal | None:
    """A number as it was typed; None where nothing was. Raises Unreadable."""
    typed = text.strip().replace("−", "-")
    if not typed:
        return None
    if not _WHOLE.fullmatch(typed) or math.isinf(float(Decimal(typed))):
        raise Unreadable(f"{_shown(text)} is not a number; write one such as 12.5")
    return Decimal(typed)


def number(text: str) -> float | int | None:
    """The same as a plain number, whole where it is whole."""
    found = exact(text)
    if found is None:
        return None
    plain = float(found)
    return int(plain) if plain.is_integer() and abs(plain) < 1e15 else plain


def share(text: str) -> float | None:
    """Percent as a share from 0 to 1, divided exactly. Raises Unreadable."""
    found = exact(text)
    if found is None:
        return None
    if not 0 <= found <= 100:
        raise Unreadable(f"{_shown(text)} is not from 0 to 100%")
    return float(found / 100)


def curve(text: str) -> list[tuple[float, float]]:
    """Points, one `value → score` on each line that is not blank. Raises Unreadable."""
    lines = [(place, line) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > _MOST_POINTS:
        raise Unreadable(f"{len(lines):,} points are too many; {_MOST_POINTS} are allowed")
    points = []
    for place, line in lines:
        match = _POINT.fullmatch(line.replace("−", "-"))
        if not match:
            raise Unreadable(
                f"line {place}: {_shown(line)} is not a point; write a value and its score, such as 0.7 → 100"
            )
        point = float(match[1]), float(match[2])
        if not all(map(math.isfinite, point)):
            raise Unreadable(f"line {place}: {_shown(line)} is too large a number")
        points.append(point)
    return points


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= 40 else plain[:39] + '…'}”"
