"""Scoring stored dates anew under a set of scorecards, then switching to it in one step."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.benchmarks.computing import compute
from client_health.jobs.retrend import keep_told, retrend
from client_health.jobs.watch import Watch
from client_health.replay.walk import ReplayedGroup, Walk
from client_health.settings.model import Settings
from client_health.store import (
    benchmarks,
    current,
    earlier,
    past_scores,
    runs,
    scorecard_sets,
    scores,
    tenants,
    usage_days,
)
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecard_sets import PublishedSet
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import score_rows
from client_health.store.tenants import TenantColumns
from client_health.store.usage_days import UsageDay

REPLAYED = timedelta(days=399)  # a publication scores the last 400 dates anew
WRITTEN = 98  # percent of the progress bar when only the switch is left


def rescore(
    store: Store, run: Run, cards: PublishedSet, watch: Watch, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Score the dates of the run, oldest first, as new rows; what was told before stays. Returns counts.

    Each date is written in a transaction of its own: an attempt that dies leaves rows that nobody reads
    until the switch, and the next one passes over them.
    """
    with store.read() as connection:
        first, last = _range(connection, run)
        fleet = tenants.columns(connection)
        days = scores.days_scored_at_all(connection, first, last)
        walk = Walk(cards.cards, fleet)
        _remember(store, walk, cards, fleet, first)
    written = 0
    for done, day in enumerate(days):
        watch.check()
        watch.tell(WRITTEN * done // len(days), f"scoring {day} anew", days_done=done, days_total=len(days))
        with store.read() as connection:
            usage = usage_days.read_day(connection, day)
        groups = walk.step(usage)
        written += sum(_write(store, run, cards, usage, group, clock()) for group in groups)
    return {"days": len(days), "scores_written": written, "tenants": int(fleet.active.sum())}


def _range(connection: sa.Connection, run: Run) -> tuple[date, date]:
    """The dates asked for; of a publication the last 400, whatever was scored since it was asked for."""
    if run.options["publishes"]:
        last = scores.newest_day(connection) or run.score_date
        return last - REPLAYED, last
    return date.fromisoformat(run.options["first"]), run.score_date


def switch(
    store: Store, settings: Settings, run: Run, cards: PublishedSet, counts: dict[str, Any], now: datetime
) -> None:
    """Put the set in force, move the current scores to it and close the run: all in one transaction."""
    with store.write() as connection:
        runs.check(connection, run)
        if run.options["publishes"]:
            scorecard_sets.put_in_force(connection, cards.id, now)
        fleet = tenants.columns(connection)
        assigned = cards.cards.assign(fleet.attributes)
        for place, version in enumerate(cards.versions):
            current.switch(connection, version.id, fleet.keys[assigned == place].tolist())
            if not run.options["publishes"]:
                retrend(connection, version, run.score_date)
        compared = benchmarks.latest_day(connection)
        if compared is not None:
            compute(connection, settings.benchmarks, compared)
        runs.finish(connection, run, "completed", now, progress=100, outcome="clean", counts=counts)


def _remember(store: Store, walk: Walk, cards: PublishedSet, fleet: TenantColumns, first: date) -> None:
    """Give the walk the scores from before its first date that are told under the same versions already."""
    keys = fleet.keys.tolist()
    with store.read() as connection:
        for version, lookback in zip(cards.versions, walk.lookbacks, strict=True):
            lookback.remember_latest(fleet.keys, earlier.latest_before(connection, version.id, keys, first))
            begin = first - timedelta(days=version.scorecard.trend.lookback_days)
            for day in scores.days_scored(connection, version.id, begin, first - timedelta(days=1)):
                lookback.add(past_scores.read(connection, day, version.id, len(version.scorecard.components)))


def _write(
    store: Store, run: Run, cards: PublishedSet, usage: UsageDay, group: ReplayedGroup, now: datetime
) -> int:
    """Write one scorecard's scores of a date; a publication passes over those that are there already.

    Returns how many are new. What was told under a version that comes back stays as it was told.
    """
    version: PublishedScorecard = cards.versions[group.scorecard]
    instants = {one: datetime.fromtimestamp(one, UTC) for one in np.unique(usage.as_of).tolist()}
    as_of = [instants[one] for one in usage.as_of[group.places].tolist()]
    told_from = (group.previous, group.baseline.overall, group.baseline_days)
    rows = score_rows(
        usage.day, version.id, group.tenants, group.fleet, told_from, as_of, now, reported=False
    )
    publishes = run.options["publishes"]
    with store.write() as connection:
        runs.check(connection, run)
        there = scores.instants(connection, usage.day, version.id) if publishes else {}
        keyed = zip(group.tenants.tolist(), as_of, strict=True)
        fresh = sum(key not in there or there[key] < instant for key, instant in keyed)
        if fresh and not publishes:
            before = scores.read_day(connection, usage.day, version.id, len(version.scorecard.components))
            rows = keep_told(connection, version, rows, before)
        if fresh:
            scores.write(connection, rows, fill=publishes)
    return fresh
