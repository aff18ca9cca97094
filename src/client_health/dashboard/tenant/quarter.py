"""Quarters of a year, as a review is held about."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from client_health.errors import UsageError

_TEXT = re.compile(r"([1-9]\d{3})-Q([1-4])")
SETTLED = timedelta(days=30)  # a quarter younger than this is no topic yet; the one before it is
MOST = 8  # that are offered


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter, written as 2026-Q4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter that holds a date."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def read(cls, text: str) -> Self:
        """From its text; raises UsageError."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise UsageError(f"quarter: {text!r} is not a quarter; write 2026-Q1 for example")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=95)).replace(day=1) - timedelta(days=1)


def usual(newest: date) -> Quarter:
    """The quarter that a review is about if nobody says which: the present one once it has some weeks."""
    return Quarter.of(newest - SETTLED)


def offered(oldest: date, newest: date) -> list[Quarter]:
    """The quarters between two dates, the newest first."""
    found = [Quarter.of(newest)]
    while len(found) < MOST and found[-1].first > oldest:
        found.append(Quarter.of(found[-1].first - timedelta(days=1)))
    return found
