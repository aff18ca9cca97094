"""From rows of the store to answers of the API."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from client_health.api.schemas.base import ScorecardRef
from client_health.api.schemas.jobs import Job, JobDetail, JobProblem
from client_health.api.schemas.metrics import DailyMetrics
from client_health.api.schemas.portfolio import PortfolioRow
from client_health.api.schemas.scores import TenantScore, VersionChange
from client_health.scorecard.breakdown import ComponentTold, breakdown, breakdowns
from client_health.store.runs import Run
from client_health.store.scorecards import PublishedScorecard
from client_health.store.usage import DailyMeasures
from client_health.usage.problems import Problem

Row = sa.Row[tuple[Any, ...]]


def score_points(rows: Sequence[Row], versions: Mapping[int, PublishedScorecard]) -> list[dict[str, Any]]:
    """Stored scores with their components, in the same order; those of a version are taken apart at once.

    Plain, as `ScorePoint` takes them: a year of them becomes models faster as a whole.
    """
    points: dict[int, dict[str, Any]] = {}
    for key in {row.scorecard for row in rows}:
        places = [place for place, row in enumerate(rows) if row.scorecard == key]
        vectors, letters = zip(
            *((rows[x].component_scores, rows[x].component_states) for x in places), strict=True
        )
        told = breakdowns(versions[key].scorecard, vectors, letters)
        for place, components in zip(places, told, strict=True):
            points[place] = _score(rows[place], versions[key], components)
    return [points[place] for place in range(len(rows))]


def tenant_score(row: Row, published: PublishedScorecard) -> TenantScore:
    """A tenant's current score."""
    return TenantScore(
        **_score(row, published, _told(row, published)),
        organization_id=row.tenant_id,
        name=row.name,
        is_active=row.is_active,
        alert_level=row.alert_level,
    )


def _score(row: Row, published: PublishedScorecard, told: Sequence[ComponentTold]) -> dict[str, Any]:
    return {
        "score_date": row.day,
        "overall_score": row.overall,
        "previous_score": row.previous_score,
        "baseline_score": row.baseline_score,
        "baseline_date": row.baseline_day,
        "trend": row.trend,
        "risk_level": row.risk_level,
        "risk_reason": row.risk_reason,
        "confidence": row.confidence,
        "scorecard": _reference(published),
        "as_of": row.as_of,
        "calculated_at": row.calculated_at,
        **_not_fresh(told),
        "components": [_component(one) for one in told],
    }


def _not_fresh(told: Sequence[ComponentTold]) -> dict[str, list[str]]:
    """Keys of the components that rest on an earlier date, and of those without a figure."""
    found: dict[str, list[str]] = {"stale": [], "missing": []}
    for one in told:
        if one.freshness != "fresh":
            found[one.freshness].append(one.component.key)
    return found


def _component(one: ComponentTold) -> dict[str, Any]:
    return {
        "key": one.component.key,
        "name": one.component.name,
        "weight": one.component.weight,
        "score": one.score,
        "contribution": None if one.points is None else round(one.points, 6),
        "state": one.state,
        "freshness": one.freshness,
    }


def _told(row: Row, published: PublishedScorecard) -> list[ComponentTold]:
    return breakdown(published.scorecard, row.component_scores, row.component_states)


def daily_metrics(daily: DailyMeasures) -> DailyMetrics:
    """A tenant's measures on one date."""
    return DailyMetrics(
        metric_date=daily.day, measures=daily.measures, stale_days=daily.stale_days, as_of=daily.as_of
    )


def portfolio_row(row: Row, versions: Mapping[int, PublishedScorecard]) -> PortfolioRow:
    """A tenant in a list; `versions` are the scorecards by their keys in the store."""
    fresh = row.day is None or row.confidence == 1
    lists = _not_fresh([] if fresh else _told(row, versions[row.scorecard]))
    return PortfolioRow(
        **lists,
        organization_id=row.tenant_id,
        name=row.name,
        slug=row.slug,
        segment=row.segment,
        industry=row.industry,
        employee_count=row.employee_count,
        owner=row.owner,
        arr=row.arr,
        renewal_date=row.renewal_date,
        score_date=row.day,
        overall_score=row.overall,
        baseline_score=row.baseline_score,
        change=row.change,
        trend=row.trend,
        risk_level=row.risk_level or "UNKNOWN",
        risk_reason=row.risk_reason,
        confidence=row.confidence,
        last_known_risk_level=row.last_known_risk,
        last_known_risk_date=row.last_known_day,
        alert_level=row.alert_level,
    )


def version_change(
    versions: Mapping[int, PublishedScorecard], day: date, old: int, new: int
) -> VersionChange:
    """A date on which the version changed that scores were reported under."""
    return VersionChange(
        score_date=day, scorecard_from=_reference(versions[old]), scorecard_to=_reference(versions[new])
    )


def _reference(published: PublishedScorecard) -> ScorecardRef:
    return ScorecardRef(name=published.scorecard.name, version=published.version)


def job(run: Run) -> Job:
    """A run without its problems."""
    return Job(**_job(run))


def job_detail(run: Run, problems: Sequence[Problem]) -> JobDetail:
    """A run with its queries and problems."""
    shown = [
        JobProblem(
            severity=p.severity,
            query=p.query,
            organization_id=p.tenant_id,
            column=p.column,
            message=p.message,
        )
        for p in problems
    ]
    return JobDetail(
        **_job(run),
        queries=[_camel(report) for report in run.reports],
        errors=[one for one in shown if one.severity == "error"],
        notices=[one for one in shown if one.severity == "notice"],
    )


def _job(run: Run) -> dict[str, Any]:
    return {
        "job_id": run.id,
        "kind": run.kind,
        "trigger": run.trigger,
        "requested_by": run.requested_by,
        "organization_ids": run.tenant_ids,
        "score_date": run.score_date,
        "as_of": run.as_of,
        "status": run.status,
        "outcome": run.outcome,
        "failure": run.failure,
        "stage": run.stage,
        "progress": run.progress,
        "counts": _camel(run.counts),
        "attempts": run.attempt,
        "worker": run.worker,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _camel(values: Mapping[str, Any]) -> dict[str, Any]:
    """Names of fields as the API writes names; values that are keyed by data are left alone."""
    return {_lower_camel(name): _camel_rows(value) for name, value in values.items()}


def _camel_rows(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(row) if isinstance(row, dict) else row for row in value]
    return value


def _lower_camel(name: str) -> str:
    if name == "tenant_id":
        return "organizationId"
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
