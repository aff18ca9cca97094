"""Asking for runs: by hand, for one tenant, for the night, for a past date."""

from collections.abc import Sequence
from datetime import date, datetime

from client_health.errors import ConflictError, StaleVersionError
from client_health.instants import closed_day, end_of_day, last_midnight
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import load_scorecards
from client_health.settings.model import Settings
from client_health.store import audit, runs, scorecard_sets, scores, tenants
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.run_requests import RunRequest, Trigger
from client_health.store.runs import BATCH_BY_HAND, Run, night_key
from client_health.store.scorecard_sets import PublishedSet

PUBLICATION = "publication"
SCHEDULE, FIRST_RUN = Actor("schedule", "worker"), Actor("first run", "worker")


def whole_fleet_now(settings: Settings, by: Actor, now: datetime) -> RunRequest:
    """A recalculation of all tenants at the present instant; provisional until the night's run."""
    return RunRequest("all", "request", by, closed_day(now, settings.zone), now, exclusive_key=BATCH_BY_HAND)


def one_tenant_now(settings: Settings, tenant_id: str, by: Actor, now: datetime) -> RunRequest:
    """A recalculation of one tenant at the present instant."""
    day = closed_day(now, settings.zone)
    return RunRequest("tenants", "request", by, day, now, (tenant_id,), exclusive_key=f"tenant:{tenant_id}")


def by_command(
    settings: Settings,
    as_of: datetime | None,
    tenant_ids: Sequence[str],
    accept: bool,
    by: Actor,
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
        requested_by=SCHEDULE,
        score_date=day,
        as_of=end_of_day(day, settings.zone),
        exclusive_key=night_key(day),
        leave_out_past=past,
    )


def backfill(settings: Settings, day: date, by: Actor) -> RunRequest:
    """A run for a date past, as far as the queries can answer for it."""
    instant = end_of_day(day, settings.zone)
    return RunRequest("all", "backfill", by, day, instant, leave_out_past=True)


def accept(run: Run, trigger: Trigger, by: Actor) -> RunRequest:
    """Publish what a suspicious run read and kept aside; raises ConflictError where it holds nothing."""
    if run.outcome != "suspicious":
        raise ConflictError(f"the run {run.id} is not held back; only a suspicious one can be accepted")
    if run.counts.get("accepted_by"):
        raise ConflictError(f"the run {run.id} was accepted already, by the run {run.counts['accepted_by']}")
    if run.counts.get("superseded_by"):
        raise ConflictError(
            f"the date of the run {run.id} was published since, by the run {run.counts['superseded_by']}"
        )
    return RunRequest(
        "all", trigger, by, run.score_date, run.as_of, exclusive_key=f"accept:{run.id}", held=run.id
    )


def publish(
    store: Store,
    cards: ScorecardSet,
    trigger: Trigger,
    by: Actor,
    now: datetime,
    note: str | None = None,
    expected: int | None = None,
) -> tuple[PublishedSet, Run] | None:
    """Store a draft as the next set and queue the run that re-scores the history and puts it in force.

    None where the draft is in force already. `expected` is the number of the set that the caller has seen
    as the newest; raises ConflictError where there is a newer one, or where a publication is under way.
    """
    with store.write() as connection:
        scorecard_sets.lock(connection)
        newest = scorecard_sets.newest(connection)
        if expected is not None and expected != newest:
            raise StaleVersionError(
                f"somebody published in the meantime: set {newest}, not {expected}; load it again"
            )
        if runs.open_with_key(connection, PUBLICATION) is not None:
            raise ConflictError("another publication is under way; wait for its end or cancel it")
        current = scorecard_sets.in_force(connection)
        if current is not None and current.cards.digests == cards.digests:
            return None
        drafted = scorecard_sets.add(connection, cards, by.name, now, note)
        request = RunRequest(
            kind="rescore",
            trigger=trigger,
            requested_by=by,
            score_date=scores.newest_day(connection) or now.date(),
            as_of=now,
            exclusive_key=PUBLICATION,
            scorecard_set=drafted.id,
            publishes=True,
        )
        return drafted, runs.create(connection, request, now)[0]


def rescore(published: PublishedSet, first: date, last: date, by: Actor, now: datetime) -> RunRequest:
    """Score stored dates anew under the scorecards in force."""
    return RunRequest("rescore", "command", by, last, now, first=first, scorecard_set=published.id)


def ask(store: Store, settings: Settings, request: RunRequest, now: datetime) -> tuple[Run, bool]:
    """Queue a run; returns it and whether it is new. The first run publishes the first scorecards."""
    ensure_scorecards(store, settings, now)
    with store.write() as connection:
        if request.trigger == "request":
            for tenant_id in request.tenant_ids:
                if not tenants.find(connection, tenant_id).is_active:
                    raise ConflictError(f"the tenant {tenant_id!r} is inactive and is not scored")
        return runs.create(connection, request, now)


def ensure_scorecards(store: Store, settings: Settings, now: datetime) -> PublishedSet:
    """The scorecards in force; where there are none yet, the configured ones are published as version 1."""
    with store.read() as connection:
        published = scorecard_sets.in_force(connection)
    if published is not None:
        return published
    configured = load_scorecards(settings)
    with store.write() as connection:
        scorecard_sets.lock(connection)
        already = scorecard_sets.in_force(connection)
        if already is not None:
            return already
        first = scorecard_sets.add(connection, configured, FIRST_RUN.name, now)
        scorecard_sets.put_in_force(connection, first.id, now)
        audit.write(connection, FIRST_RUN, "scorecards.published", str(first.id), now)
        return scorecard_sets.by_id(connection, first.id)
