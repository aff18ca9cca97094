"""Which nights are due: a pure function of the schedule, the clock and what has been published."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from client_health.instants import closed_day, end_of_day, last_midnight
from client_health.store.runs import Run

RETRY_AFTER = timedelta(hours=1)
OFF = "off"


@dataclass(frozen=True)
class Night:
    """The nightly run of one score date. `past`: present state can no longer be asked for it."""

    day: date
    past: bool


def fires(cron: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Instants at which the schedule fires in `(after, until]`, oldest first.

    The expression is read on the local clock; a time that the clocks skip fires at the jump, one that
    they repeat fires once.
    """
    if cron == OFF:
        return
    wall = croniter(cron, after.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3))
    while True:
        local: datetime = wall.get_next(datetime)
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant > until:
            return
        if instant > after:
            yield instant


def next_fire(cron: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the schedule fires next; None where it is off."""
    return next(fires(cron, zone, now, now + timedelta(days=400)), None)


def first_missed(cron: str, zone: ZoneInfo, scored: date, now: datetime) -> datetime | None:
    """When the schedule first fired for a night after `scored`; None where that is still to come."""
    closed = end_of_day(scored + timedelta(days=1), zone)
    return next(fires(cron, zone, closed - timedelta(microseconds=1), now), None)


def nights_due(
    cron: str,
    zone: ZoneInfo,
    now: datetime,
    runs: Iterable[Run],
    first_published: date | None,
    started_at: datetime,
    catch_up: int = 7,
) -> list[Night]:
    """Nights to run now, oldest first.

    A night is due once the schedule has fired for it, for the last `catch_up` closed days, until a
    whole-fleet run has published that date as of its end; after a failure, again an hour later.
    Before anything was published, only nights that fire while the service is up are due.
    """
    last_closed = closed_day(last_midnight(now, zone), zone)
    after = end_of_day(last_closed - timedelta(days=catch_up - 1), zone)
    if first_published is None:
        after = max(after, started_at)
    days = [closed_day(last_midnight(fire, zone), zone) for fire in fires(cron, zone, after, now)]
    settled = {run.score_date for run in runs if _settles(run, zone, now)}
    return [
        Night(day, past=day < last_closed)
        for day in dict.fromkeys(days)
        if day not in settled and (first_published is None or day >= first_published)
    ]


def _settles(run: Run, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a run makes the night of its date superfluous, for now or for good."""
    if run.kind != "all" or run.as_of < end_of_day(run.score_date, zone):
        return False
    if run.status in {"completed", "queued", "active"}:
        return True
    return run.finished_at is not None and run.finished_at > now - RETRY_AFTER
