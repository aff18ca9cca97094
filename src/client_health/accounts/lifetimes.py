"""How long a key lasts, as people write it: a duration such as 90d, or the last day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from client_health.errors import UsageError
from client_health.instants import end_of_day, parse_date
from client_health.settings.section import LongDuration

_DURATION: TypeAdapter[float] = TypeAdapter(LongDuration)


def expiry(text: str, option: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When a key expires: after a duration, or at the end of a day in `zone`; raises UsageError."""
    try:
        end = now + duration(text, option)
    except UsageError:
        if "-" not in text:
            raise
        end = end_of_day(parse_date(text, option), zone)
    if end <= now:
        raise UsageError(f"{option}: {text!r} is not after this moment")
    return end


def duration(text: str, option: str) -> timedelta:
    """A duration of up to ten years; raises UsageError."""
    try:
        return timedelta(seconds=_DURATION.validate_python(text))
    except ValidationError:
        raise UsageError(
            f"{option}: {text!r} is no duration of up to 3650 days; write 24h or 90d, for example"
        ) from None
