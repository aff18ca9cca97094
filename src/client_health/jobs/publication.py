"""Writing a run's figures: tenants, usage metrics, scores and current scores, all in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.jobs.calculation import Calculation
from client_health.jobs.retrend import retrend
from client_health.scorecard.risk import Level
from client_health.store import current, features, problems, queries, runs, scores, tenants, usage
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import ScoreRows
from client_health.usage.metrics import Collection, QueryReport
from client_health.usage.tenants import Tenant

FALLS_KEPT = 5


def publish(
    store: Store,
    run: Run,
    published: PublishedScorecard,
    calculation: Calculation,
    now: datetime,
    **counts: Any,
) -> None:
    """Publish everything or nothing; raises RunLostError where another attempt owns the run by now."""
    collection = calculation.collection
    with store.write() as connection:
        runs.check(connection, run)
        keys = tenants.sync(connection, collection.metrics.tenants, run.kind == "all")
        usage.write(connection, run.score_date, run.as_of, keys, collection.metrics)
        rows = _with_keys(connection, calculation.scores, keys)
        scores.write(connection, rows)
        current.follow(connection, rows)
        retrend(connection, published, run.score_date)
        _note(connection, run, collection, keys, now)
        problems.write(connection, run.id, collection.problems)
        errors = sum(problem.severity == "error" for problem in collection.problems)
        runs.finish(
            connection,
            run,
            "completed",
            now,
            progress=100,
            outcome="with_errors" if errors else "clean",
            reports=[asdict(report) for report in collection.reports],
            counts={
                **counts,
                **_summary(rows, collection, errors),
                "seconds_asleep": round(calculation.asleep, 3),
            },
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


def _summary(rows: ScoreRows, collection: Collection, errors: int) -> dict[str, Any]:
    levels = {level.name: int((rows.risk_levels == level).sum()) for level in reversed(Level)}
    return {
        "tenants": len(rows.tenants),
        "scored": int((~np.isnan(rows.overall)).sum()),
        "risk_levels": levels,
        "errors": errors,
        "notices": len(collection.problems) - errors,
        "statements": sum(report.attempts for report in collection.reports),
        "biggest_falls": _biggest_falls(rows, collection.metrics.tenants),
    }


def _biggest_falls(rows: ScoreRows, fleet: Sequence[Tenant]) -> list[dict[str, Any]]:
    """Tenants that fell most since their baseline, the largest fall first."""
    change = rows.overall - rows.baseline
    order = np.argsort(np.where(np.isnan(change), 0, change), kind="stable")[:FALLS_KEPT].tolist()
    return [
        {
            "tenant_id": fleet[place].tenant_id,
            "name": fleet[place].name,
            "from": int(rows.baseline[place]),
            "to": int(rows.overall[place]),
            "since": _text(rows.baseline_days[place]),
        }
        for place in order
        if change[place] < 0
    ]


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def note_failure(
    store: Store, run: Run, reports: Sequence[QueryReport], status: runs.Status, failure: str, now: datetime
) -> None:
    """Close a run that published nothing; what its queries said is kept."""
    with store.write() as connection:
        if run.kind == "all":
            queries.write(connection, reports, run.score_date, run.as_of, now)
        runs.finish(
            connection, run, status, now, failure=failure, reports=[asdict(report) for report in reports]
        )
