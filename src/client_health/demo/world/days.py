"""Days are ordinals (`date.toordinal`); instants are UTC text that compares as it should."""

from datetime import date
from functools import lru_cache
from random import Random

WORK_BEGINS, WORK_ENDS = 7 * 3600, 19 * 3600


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """2026-03-01"""
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=86400)
def time_text(second: int) -> str:
    """09:30:00"""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def at(day: int, second: int) -> str:
    """The instant so many seconds into the day."""
    return f"{day_text(day)} {time_text(second)}"


def at_work(day: int, dice: Random) -> str:
    """Some instant of the working day."""
    return at(day, WORK_BEGINS + int(dice.random() * (WORK_ENDS - WORK_BEGINS)))


def before_work(day: int, dice: Random) -> str:
    """Some instant early enough that whatever is created then can be used on the same day."""
    return at(day, dice.randrange(WORK_BEGINS - 3600, WORK_BEGINS))


def is_weekend(day: int) -> bool:
    """Saturday or Sunday."""
    return date.fromordinal(day).weekday() >= 5
