"""Reading how many people a tenant employs, as applications and people write it."""

import re
from functools import lru_cache
from typing import Any

from client_health.usage.size_bands import band_of

MOST = 2_000_000_000
MOST_KEPT = 10_000  # that were read before: many tenants say the same
_DIGITS = r"\d{1,3}(?:([,'’_ \u00a0\u2009\u202f])\d{3})(?:\1\d{3})*|\d+"
_GROUPED = re.compile(rf"(?:{_DIGITS})")
_OR_MORE = re.compile(r"(.+?)\s*\+")
_RANGE = re.compile(r"(.+?)\s*(?:-|–|—|\bto\b)\s*(.+)")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+")


def parse_employees(value: Any) -> int:
    """A count from a number or a text; raises ValueError where it says no one count.

    "1,200", "1 200" and "1'200" are 1200, "500+" is 500. A range is its lower end if both ends lie in one
    size band, which is all that a count is used for: "120-300" is 120, and "50-500" says nothing.
    """
    return _of_text(value.strip()) if isinstance(value, str) else _whole(value)


@lru_cache(MOST_KEPT)
def _of_text(text: str) -> int:
    if match := _OR_MORE.fullmatch(text):
        return _number(match[1])
    if match := _RANGE.fullmatch(text):
        low, high = _number(match[1]), _number(match[2])
        if low > high or band_of(low) is None or band_of(low) != band_of(high):
            raise ValueError
        return low
    return _number(text)


def _number(text: str) -> int:
    """A whole number, its thousands grouped or not."""
    if _GROUPED.fullmatch(text):
        return _whole(re.sub(r"\D", "", text))
    if _POINTS.fullmatch(text):
        raise ValueError  # "1.000" is one in some countries and a thousand in others
    return _whole(text)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = float(str(value))
    if not 0 <= number <= MOST or number != int(number):
        raise ValueError
    return int(number)
