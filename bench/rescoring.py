"""Publishing a scorecard over a year of history, against bare NumPy and the bulk write of the same rows."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np

from bench.history import IN_FORCE, History, histories
from bench.measuring import Result, at_most, in_turns
from bench.scoring import bare_scores
from bench.world import settings_for
from client_health.instants import utc_now
from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.store import scorecards, scores
from client_health.store.audit import Actor

GOAL = 2.0
DAYS, MOST_DAYS = 365, 400  # a publication leaves older dates alone


def benchmark(count: int, days: int) -> Iterator[Result]:
    """On both kinds of store, once each: it takes as long as a hundred nights."""
    with histories(count, min(days, MOST_DAYS)) as built:
        for history in built:
            try:
                yield _compare(history)
            finally:
                history.store.close()


def _compare(history: History) -> Result:
    draft, other = (_renamed(name) for name in ("draft", "reference"))
    mine, theirs = in_turns(lambda: _publish(history, draft), lambda: _write(history, other), rounds=1)
    equal = _verify(history, draft)
    print(f"rescoring, {history.store.dialect}: {equal:,} of {equal:,} scores equal", flush=True)
    rate = f"once, {history.scores / mine.wall:,.0f} scores/s"
    size = f"{len(history.tenants):,} tenants × {len(history.days):,} days, {rate}"
    return at_most(f"rescoring, {history.store.dialect}", size, mine.wall, theirs.wall, GOAL)


def _renamed(name: str) -> Scorecard:
    """A version of its own that scores as the one in force does."""
    first, *others = IN_FORCE.scorecards[0].components
    return IN_FORCE.scorecards[0].model_copy(
        update={"components": (first.model_copy(update={"name": name}), *others)}
    )


def _publish(history: History, draft: Scorecard) -> None:
    """The whole job, as the product does it."""
    settings, stop = settings_for("sqlite://", str(history.store.url)), threading.Event()
    with wait_for_turn(history.store, stop) as lease:
        queued = requests.publish(
            history.store, ScorecardSet((draft,)), "command", Actor("bench", "command"), utc_now()
        )
        assert queued is not None
        done = perform(history.store, settings, queued[1].id, lease, stop)
    if done.counts.get("scores_written") != history.scores:
        raise RuntimeError(f"the publication ended {done.status}: {done.failure}, {done.counts}")


def _write(history: History, card: Scorecard) -> None:
    """Figures from memory, again and again the same few dates; each date in a transaction, as ours."""
    with history.store.write() as connection:
        version = scorecards.version_of(connection, card, "bench", utc_now())
    for day, night in zip(history.days, cycle(history.nights), strict=False):
        bare_scores(night.values, night.ages, night.before)
        with history.store.write() as connection:
            scores.write(connection, replace(night.rows, day=day, scorecard=version.id))


def _verify(history: History, card: Scorecard) -> int:
    """The last dates under the draft are told as they were; returns how many scores were compared."""
    with history.store.read() as connection:
        version = next(one for one in scorecards.all_versions(connection) if one.digest == card.digest())
        for night in history.nights:
            told = scores.read_day(connection, night.rows.day, version.id, len(card.components))
            for name in ("overall", "previous", "baseline", "trends", "risk_levels", "confidence"):
                ours, theirs = getattr(told, name), getattr(night.rows, name)
                assert np.array_equal(ours, theirs, equal_nan=True), f"{name} of {night.rows.day} differs"
            assert list(told.baseline_days) == list(night.rows.baseline_days)
    return len(history.nights) * len(history.tenants)
