"""Instants, days and windows. Nothing here reads the clock but `utc_now`, which only the edge calls."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from client_health.errors import UsageError

_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def utc_now() -> datetime:
    """The present instant, whole microseconds, in UTC."""
    return datetime.now(UTC)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins, in UTC; where midnight is skipped, the moment of the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant that closes a local day: the start of the next one."""
    return start_of_day(day + timedelta(days=1), zone)


def closed_day(as_of: datetime, zone: ZoneInfo) -> date:
    """The score date of a run: the day that `as_of` closes or lies in."""
    return (as_of - timedelta(microseconds=1)).astimezone(zone).date()


def last_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The start of the present local day, in UTC."""
    return start_of_day(now.astimezone(zone).date(), zone)


def window_start(as_of: datetime, days: int) -> datetime:
    """Start of the half-open window `[as_of − days × 24 h, as_of)`."""
    return as_of - timedelta(days=days)


def parse_date(text: str, option: str) -> date:
    """Read `YYYY-MM-DD`, or say which option is wrong."""
    try:
        if _PLAIN_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"{option}: {text!r} is not a date; write YYYY-MM-DD, for example 2026-03-01")


def parse_as_of(text: str, zone: ZoneInfo) -> datetime:
    """Read a date (the end of that day) or an instant (in `zone` unless it names its own), in UTC."""
    try:
        if _PLAIN_DATE.fullmatch(text):
            return end_of_day(parse_date(text, "--as-of"), zone)
        if ":" not in text:
            raise ValueError("no time of day")
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=instant.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--as-of: {text!r} is neither a date nor an instant; write 2026-03-01 or 2026-03-01T02:00:00Z"
        ) from None


def iso(instant: datetime) -> str:
    """An instant in UTC as people and programs read it: `2026-03-01T02:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
