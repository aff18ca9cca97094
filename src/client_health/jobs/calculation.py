"""One run's figures: collect, let stand-ins stand in, score. Nothing is written here."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from client_health.errors import NoTenantsError
from client_health.instants import iso
from client_health.jobs.watch import COLLECTED, Watch
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import score_fleet
from client_health.settings.addresses import resolve_address
from client_health.settings.model import DEFAULT_SOURCE, RunSettings, Settings
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience, SourceReader
from client_health.sources.session import SourceSession
from client_health.store import earlier, queries, runs, tenants, usage
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import ScoreRows
from client_health.usage.collect import Assignment, Readers, collect
from client_health.usage.metrics import Collection
from client_health.usage.problems import Problem, error


@dataclass
class Calculation:
    """What a run is about to publish; `scores.tenants` holds -1 for tenants that the store does not know."""

    collection: Collection
    scores: ScoreRows
    asleep: float


def calculate(
    store: Store, settings: Settings, run: Run, published: PublishedScorecard, watch: Watch, now: datetime
) -> Calculation:
    """Collect and score, reading the sources and the store."""
    pace = Pace(watch.check)
    with ExitStack() as stack:
        readers = open_readers(settings, stack, pace, patience_of(settings.runs, run))
        collection = collect(_assignment(store, run), settings, readers, watch.collecting)
    if run.kind == "all" and not run.options.get("accept"):
        refuse_lost_tenants(store, settings.runs, collection)
    watch.tell(COLLECTED, "scoring", tenants=len(collection.metrics.tenants))
    scores = score(store, run, published, collection, now)
    collection.problems += _without_score(scores, collection)
    return Calculation(collection, scores, pace.asleep)


def patience_of(settings: RunSettings, run: Run) -> Patience:
    """How often, and how long apart, a run tries a statement."""
    return Patience(settings.attempts, settings.backoff if run.kind == "all" else settings.backoff_tenant)


def open_readers(settings: Settings, stack: ExitStack, pace: Pace, patience: Patience) -> Readers:
    """A reader for each source, closed with the stack. Connections open when they are first used."""
    readers = {}
    for name in settings.source_names:
        source = settings.source_named(name)
        key = "source.url" if name == DEFAULT_SOURCE else f"sources.{name}.url"
        session = SourceSession(name, resolve_address(source.url, key, settings.path.parent), source)
        stack.callback(session.close)
        readers[name] = SourceReader(session, source, pace, patience)
    return readers


def _assignment(store: Store, run: Run) -> Assignment:
    with store.read() as connection:
        rows_before = runs.rows_before(connection, run.score_date)
    return Assignment(
        run.as_of,
        run.score_date,
        tuple(run.tenant_ids),
        bool(run.options.get("leave_out_past")),
        rows_before,
    )


def refuse_lost_tenants(store: Store, settings: RunSettings, collection: Collection) -> None:
    """Raise NoTenantsError where the tenants query lost too many of the active tenants."""
    with store.read() as connection:
        active = tenants.active_ids(connection)
    lost = len(active - {tenant.tenant_id for tenant in collection.metrics.tenants})
    if lost > settings.max_lost_tenants and lost > settings.max_lost_share * len(active):
        raise NoTenantsError(
            f"the tenants query lost {lost:,} of {len(active):,} active tenants; nothing is published. "
            "If they really left, run again with --accept"
        )


def score(
    store: Store, run: Run, published: PublishedScorecard, collection: Collection, now: datetime
) -> ScoreRows:
    """Score the collected metrics; stand-ins are added to them in place."""
    metrics, scorecard = collection.metrics, published.scorecard
    width = len(scorecard.components)
    with store.read() as connection:
        known = tenants.keys(connection)
        keys = [known.get(tenant.tenant_id, earlier.NO_KEY) for tenant in metrics.tenants]
        failed = {report.name for report in collection.reports if report.failure}
        wanted = [m for s in queries.states(connection).values() if s.name in failed for m in s.measures]
        wanted = [measure for measure in wanted if measure not in metrics.values]
        if wanted:
            maybe = [None if key == earlier.NO_KEY else key for key in keys]
            usage.stand_in(connection, metrics, maybe, run.score_date, wanted, scorecard.max_age_days)
        lookback = scorecard.trend.lookback_days
        baseline = earlier.oldest_within(connection, published.id, width, keys, run.score_date, lookback)
        previous = earlier.latest_before(connection, published.id, keys, run.score_date)
    columns = Columns(len(keys), metrics.values, metrics.stale_days)
    fleet = score_fleet(scorecard, columns, metrics.ages_at(run.as_of.timestamp()), baseline.baseline)
    return ScoreRows(
        day=run.score_date,
        scorecard=published.id,
        tenants=np.array(keys, dtype=np.int64),
        components=fleet.components,
        overall=fleet.overall,
        previous=previous,
        baseline=baseline.overall,
        baseline_days=baseline.days,
        trends=fleet.trends,
        risk_levels=fleet.risk_levels,
        risk_reasons=fleet.risk_reasons,
        confidence=fleet.confidence,
        as_of=[run.as_of] * len(keys),
        calculated_at=[now] * len(keys),
        reported=[True] * len(keys),
    )


def _without_score(scores: ScoreRows, collection: Collection) -> list[Problem]:
    places = np.flatnonzero(np.isnan(scores.overall)).tolist()
    message = f"no score at {iso(scores.as_of[0])}: no component has figures"
    return [error(message, tenant=collection.metrics.tenants[place].tenant_id) for place in places]
