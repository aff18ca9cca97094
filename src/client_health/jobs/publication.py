"""Writing a run's figures: tenants, usage metrics, scores and current scores, all in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.benchmarks.computing import compute_after
from client_health.jobs.calculation import Calculation
from client_health.jobs.retrend import retrend
from client_health.jobs.scored import Fleet, ScoredGroup
from client_health.settings.model import Settings
from client_health.store import (
    current,
    features,
    held,
    migrate,
    problems,
    published_runs,
    queries,
    runs,
    scores,
    suspicious_runs,
    tenants,
    usage,
)
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scores import ScoreRows
from client_health.usage.metrics import Collection, QueryReport


def publish(
    store: Store, settings: Settings, run: Run, calculation: Calculation, now: datetime, **counts: Any
) -> None:
    """Publish everything or nothing; raises RunLostError where another attempt owns the run by now.

    The calculation is empty afterwards: the benchmarks read what was written, and a large fleet is held once.
    """
    collection = calculation.collection
    with store.write() as connection:
        migrate.refuse_newer(connection)
        runs.check(connection, run)
        keys = np.array(_tenant_keys(connection, run, collection))
        read_at = held.held_at(connection, run.options.get("held")) or now
        _note(connection, run, collection, keys.tolist(), read_at)
        errors = sum(problem.severity == "error" for problem in collection.problems)
        told = counts | _summary(calculation, errors)
        collection.metrics.tenants = []  # written and told of; so are the measures and the scores in turn
        usage.write(connection, run.score_date, run.as_of, keys.tolist(), collection.metrics)
        collection.metrics.values.clear()
        while calculation.groups:
            _write_group(connection, run, calculation.groups.pop(0), keys)
        problems.write(connection, run.id, collection.problems)
        if run.kind == "all":
            held.forget_superseded(connection, run.score_date, now)
            suspicious_runs.settle(connection, run)
        reports = [asdict(report) for report in collection.reports]
        calculation.let_go()
        compute_after(connection, settings.benchmarks, run)
        runs.finish(
            connection,
            run,
            "completed",
            now,
            progress=100,
            outcome="with_errors" if errors else "clean",
            reports=reports,
            counts=told,
        )


def _write_group(connection: sa.Connection, run: Run, group: ScoredGroup, keys: NDArray[np.int64]) -> None:
    rows = _with_keys(connection, group.rows, keys[group.places].tolist())
    scores.write(connection, rows)
    current.follow(connection, rows)
    retrend(connection, group.published, run.score_date)


def _tenant_keys(connection: sa.Connection, run: Run, collection: Collection) -> list[int]:
    """Surrogate keys of the tenants, which are written; what a held night that is old by now says is not."""
    if run.options.get("held") and published_runs.published_after(connection, run.score_date):
        return tenants.add_missing(connection, collection.metrics.tenants)
    return tenants.sync(connection, collection.metrics.tenants, run.kind == "all")


def hold(store: Store, run: Run, calculation: Calculation, now: datetime, **counts: Any) -> None:
    """Close a suspicious run: nothing is published, and what it read is kept until somebody accepts it."""
    collection, jump = calculation.collection, calculation.jump
    assert jump is not None
    with store.write() as connection:
        runs.check(connection, run)
        held.write(connection, run.id, collection, now)
        problems.write(connection, run.id, collection.problems)
        errors = sum(problem.severity == "error" for problem in collection.problems)
        runs.finish(
            connection,
            run,
            "completed",
            now,
            progress=100,
            outcome="suspicious",
            failure=str(jump),
            reports=[asdict(report) for report in collection.reports],
            counts=counts | _summary(calculation, errors) | {"jump": jump.counts()},
        )


def _with_keys(connection: sa.Connection, rows: ScoreRows, keys: Sequence[int]) -> ScoreRows:
    told_before = scores.reported_elsewhere(connection, rows.day, rows.scorecard)
    return replace(
        rows, tenants=np.array(keys, dtype=np.int64), reported=[key not in told_before for key in keys]
    )


def _note(
    connection: sa.Connection, run: Run, collection: Collection, keys: Sequence[int], now: datetime
) -> None:
    if run.kind == "all":
        queries.write(connection, collection.reports, run.score_date, run.as_of, now)
    else:
        queries.remember_measures(connection, collection.reports)
    if collection.features is not None:
        by_id = {t.tenant_id: key for t, key in zip(collection.metrics.tenants, keys, strict=True)}
        features.replace(connection, collection.features, by_id, run.as_of)


def _summary(calculation: Calculation, errors: int) -> dict[str, Any]:
    collection = calculation.collection
    fleet = Fleet.of(calculation.groups, len(collection.metrics.tenants))
    return {
        **fleet.counts(),
        "errors": errors,
        "notices": len(collection.problems) - errors,
        "statements": sum(report.attempts for report in collection.reports),
        "biggest_falls": fleet.biggest_falls(collection.metrics.tenants),
        "seconds_asleep": round(calculation.asleep, 3),
    }


def note_failure(
    store: Store,
    run: Run,
    reports: Sequence[QueryReport],
    status: runs.Status,
    failure: str,
    now: datetime,
    **counts: Any,
) -> None:
    """Close a run that published nothing; what its queries said is kept."""
    with store.write() as connection:
        if run.kind == "all":
            queries.write(connection, reports, run.score_date, run.as_of, now)
        said = [asdict(report) for report in reports]
        runs.finish(connection, run, status, now, failure=failure, reports=said, counts=counts)
