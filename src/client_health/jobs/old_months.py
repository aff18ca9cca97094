"""Which dates of the past go, and which stay: a pure function of what is stored and of the settings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from client_health.settings.retention import RetentionSettings
from client_health.store.partitions import first_of_next


@dataclass(frozen=True)
class OldMonth:
    """A month with dates that go; `kept` is the one that stays, None where none does."""

    first: date
    kept: date | None
    dropped: tuple[date, ...]


def old_months(
    days: Iterable[date], whole: Collection[date], settings: RetentionSettings, lookback: int = 0
) -> list[OldMonth]:
    """Months with something to drop, oldest first, of the dates that hold scores.

    A month is rolled up once all of it lies `daily_days` before the latest date, whatever the clock says: a
    service that stood still for a year keeps its last year. What stays is the last date on which the whole
    fleet was scored (`whole`), else the last one. `lookback`: so many days are always kept for the trend.
    """
    ordered = sorted(days)
    if not ordered:
        return []
    newest = ordered[-1]
    daily_since = newest - timedelta(days=max(settings.daily_days, lookback + 1) - 1)
    found = []
    for first, some in groupby(ordered, lambda day: day.replace(day=1)):
        dates = tuple(some)
        if first_of_next(first) > daily_since:
            break
        last = max([day for day in dates if day in whole], default=dates[-1])
        kept = None if settings.months and _months_between(first, newest) > settings.months else last
        dropped = tuple(day for day in dates if day != kept)
        if dropped:
            found.append(OldMonth(first, kept, dropped))
    return found


def is_rolled_up(day: date, newest: date, settings: RetentionSettings) -> bool:
    """Whether a date goes sooner or later, being old and not the last of its month."""
    following = first_of_next(day)
    is_old = following <= newest - timedelta(days=settings.daily_days - 1)
    return is_old and day + timedelta(days=1) != following


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
