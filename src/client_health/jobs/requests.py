"""Asking for runs: by hand, for one tenant, for the night, for a past date."""

from collections.abc import Sequence
from datetime import date, datetime

from client_health.errors import ConflictError
from client_health.instants import closed_day, end_of_day, last_midnight
from client_health.settings.load import load_scorecard
from client_health.settings.model import Settings
from client_health.store import runs, scorecards, tenants
from client_health.store.engine import Store
from client_health.store.runs import BATCH_BY_HAND, Run, RunRequest, night_key
from client_health.store.scorecards import PublishedScorecard


def whole_fleet_now(settings: Settings, by: str, now: datetime) -> RunRequest:
    """A recalculation of all tenants at the present instant; provisional until the night's run."""
    return RunRequest("all", "request", by, closed_day(now, settings.zone), now, exclusive_key=BATCH_BY_HAND)


def one_tenant_now(settings: Settings, tenant_id: str, by: str, now: datetime) -> RunRequest:
    """A recalculation of one tenant at the present instant."""
    day = closed_day(now, settings.zone)
    return RunRequest("tenants", "request", by, day, now, (tenant_id,), exclusive_key=f"tenant:{tenant_id}")


def by_command(
    settings: Settings,
    as_of: datetime | None,
    tenant_ids: Sequence[str],
    accept: bool,
    by: str,
    now: datetime,
) -> RunRequest:
    """A run from the command line, for the last closed day unless `as_of` says otherwise."""
    instant = as_of or last_midnight(now, settings.zone)
    return RunRequest(
        kind="tenants" if tenant_ids else "all",
        trigger="command",
        requested_by=by,
        score_date=closed_day(instant, settings.zone),
        as_of=instant,
        tenant_ids=tuple(dict.fromkeys(tenant_ids)),
        accept=accept,
    )


def night(settings: Settings, day: date, past: bool) -> RunRequest:
    """The nightly run of a date; `past`: a missed one, for which present state cannot be asked."""
    return RunRequest(
        kind="all",
        trigger="catch_up" if past else "night",
        requested_by="schedule",
        score_date=day,
        as_of=end_of_day(day, settings.zone),
        exclusive_key=night_key(day),
        leave_out_past=past,
    )


def backfill(settings: Settings, day: date, by: str) -> RunRequest:
    """A run for a date past, as far as the queries can answer for it."""
    instant = end_of_day(day, settings.zone)
    return RunRequest("all", "backfill", by, day, instant, leave_out_past=True)


def ask(store: Store, settings: Settings, request: RunRequest, now: datetime) -> tuple[Run, bool]:
    """Queue a run; returns it and whether it is new. The first run publishes the first scorecard."""
    ensure_scorecard(store, settings, now)
    with store.write() as connection:
        if request.trigger == "request":
            for tenant_id in request.tenant_ids:
                if not tenants.find(connection, tenant_id).is_active:
                    raise ConflictError(f"the tenant {tenant_id!r} is inactive and is not scored")
        return runs.create(connection, request, now)


def ensure_scorecard(store: Store, settings: Settings, now: datetime) -> PublishedScorecard:
    """The scorecard in force; where there is none yet, the configured one is published as version 1."""
    with store.read() as connection:
        published = scorecards.current(connection)
    if published is not None:
        return published
    configured = load_scorecard(settings)
    with store.write() as connection:
        already = scorecards.current(connection)
        return already or scorecards.publish(connection, configured, "first run", now)
