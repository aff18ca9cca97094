"""What the API answers, in camelCase, with an example each."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

RiskLevel = Literal["LOW", "MEDIUM", "HIGH", "UNKNOWN"]
TrendWord = Literal["IMPROVING", "STABLE", "DECLINING"]
AlertLevelWord = Literal["NONE", "DASHBOARD_ONLY", "PROACTIVE"]
StateWord = Literal["measured", "empty", "left_out_empty", "left_out_silent", "missing"]
FreshnessWord = Literal["fresh", "stale", "missing"]
StatusWord = Literal["queued", "active", "completed", "failed", "cancelled"]
OutcomeWord = Literal["clean", "with_errors", "suspicious"]

ORG = "acme-gmbh"


class Answer(BaseModel):
    """Base of all answers: camelCase names, and an example for the documentation."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ScorecardRef(Answer):
    """Which scorecard version a score was made with."""

    name: str = Field(examples=["default"])
    version: int = Field(examples=[1])


class ComponentScore(Answer):
    """One component of a score. `contribution` is in points; contributions sum to the unrounded score."""

    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login activity"])
    weight: float = Field(examples=[0.2])
    score: int | None = Field(examples=[87], description="0 to 100, high is healthy; null where left out.")
    contribution: float | None = Field(examples=[17.4])
    state: StateWord = Field(examples=["measured"])
    freshness: FreshnessWord = Field(examples=["fresh"])


class ScorePoint(Answer):
    """A health score on one date: 0 to 100, high is healthy."""

    score_date: date = Field(examples=["2026-03-01"])
    overall_score: int | None = Field(examples=[74])
    previous_score: int | None = Field(examples=[75], description="The latest earlier score.")
    baseline_score: int | None = Field(examples=[81], description="What the trend was told from.")
    baseline_date: date | None = Field(examples=["2026-02-22"])
    trend: TrendWord = Field(examples=["DECLINING"])
    risk_level: RiskLevel = Field(examples=["MEDIUM"])
    risk_reason: str = Field(
        examples=["score"],
        description="score, not_alive, missing_data, new or no_score: what decided the level.",
    )
    confidence: float = Field(
        examples=[1.0], description="Share of the weight that fresh data backs, 0 to 1."
    )
    scorecard: ScorecardRef
    as_of: datetime = Field(examples=["2026-03-02T00:00:00Z"])
    calculated_at: datetime = Field(examples=["2026-03-02T02:00:04Z"])
    components: list[ComponentScore]


class TenantScore(ScorePoint):
    """The latest score of a tenant."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    is_active: bool = Field(examples=[True])
    alert_level: AlertLevelWord = Field(examples=["DASHBOARD_ONLY"])


class History(Answer):
    """Scores of a tenant by date, oldest first."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    days: int = Field(examples=[30])
    scores: list[ScorePoint]


class DailyMetrics(Answer):
    """A tenant's measures on one date; a missing measure is left out."""

    metric_date: date = Field(examples=["2026-03-01"])
    measures: dict[str, float] = Field(examples=[{"active_users": 61, "total_users": 90}])
    stale_days: dict[str, float] = Field(
        examples=[{}],
        description="Measures that stand in from an earlier date, and how many days old they are.",
    )
    as_of: datetime = Field(examples=["2026-03-02T00:00:00Z"])


class Metrics(Answer):
    """Usage metrics of a tenant by date, oldest first."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    days: int = Field(examples=[30])
    metrics: list[DailyMetrics]


class ExplainedPart(Answer):
    """Points that one component's own movement brought or cost, and the measures behind it."""

    key: str = Field(examples=["login"])
    name: str = Field(examples=["Login activity"])
    points: float = Field(examples=[-6.6])
    score_from: int | None = Field(examples=[87])
    score_to: int | None = Field(examples=[54])
    measures_from: dict[str, float] = Field(examples=[{"active_users": 55, "total_users": 90}])
    measures_to: dict[str, float] = Field(examples=[{"active_users": 34, "total_users": 90}])
    sentence: str = Field(
        examples=["Login activity fell from 87 to 54 (active users 55 → 34 of 90): −6.6 points."]
    )


class ExplainedCause(Answer):
    """Points of a cause that is no component's own."""

    points: float = Field(examples=[0.0])
    sentence: str = Field(examples=["The scorecard is the same, default v1."])


class RemedyAnswer(Answer):
    """The smallest change of one measure that takes the tenant to LOW; null: not by this component alone."""

    key: str = Field(examples=["login"])
    measure: str = Field(examples=["active_users"])
    value_from: float | None = Field(examples=[34.0])
    value_to: float | None = Field(examples=[49.0])
    sentence: str = Field(examples=["Login activity: active users from 34 to 49."])


class ExplanationAnswer(Answer):
    """Why a score moved. Components, scorecard, availability and rounding sum exactly to the change."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    date_from: date = Field(examples=["2026-02-22"])
    date_to: date = Field(examples=["2026-03-01"])
    score_from: int = Field(examples=[81], description="0 to 100, high is healthy.")
    score_to: int = Field(examples=[74])
    change: int = Field(examples=[-7])
    components: list[ExplainedPart]
    scorecard: ExplainedCause
    availability: ExplainedCause
    rounding: float = Field(examples=[-0.4])
    to_low: list[RemedyAnswer]


class JobAccepted(Answer):
    """A run was queued, or one that does the same was open already."""

    job_id: str = Field(examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"])
    status: StatusWord = Field(examples=["queued"])
    is_new: bool = Field(examples=[True], description="False: the id is of a run that was open already.")


class JobProblem(Answer):
    """What went wrong, or is worth knowing: by query, tenant and column."""

    severity: Literal["error", "notice"] = Field(examples=["error"])
    query: str | None = Field(examples=["usage.login"])
    organization_id: str | None = Field(examples=[ORG])
    column: str | None = Field(examples=["active_users"])
    message: str = Field(examples=["NULL; a number from 0 is required"])


class Job(Answer):
    """A run: what it does, how far it is, how it ended."""

    job_id: str = Field(examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"])
    kind: Literal["all", "tenants"] = Field(examples=["all"])
    trigger: str = Field(examples=["night"], description="command, request, night, catch_up or backfill.")
    requested_by: str = Field(examples=["schedule"])
    organization_ids: list[str] = Field(examples=[[]])
    score_date: date = Field(examples=["2026-03-01"])
    as_of: datetime = Field(examples=["2026-03-02T00:00:00Z"])
    status: StatusWord = Field(examples=["completed"])
    outcome: OutcomeWord | None = Field(examples=["clean"])
    failure: str | None = Field(examples=[None])
    stage: str | None = Field(examples=[None])
    progress: int = Field(examples=[100], ge=0, le=100)
    counts: dict[str, Any] = Field(examples=[{"tenants": 250, "scored": 250, "errors": 0, "notices": 1}])
    attempts: int = Field(examples=[1])
    worker: str | None = Field(examples=["host:4711:a1b2c3"])
    created_at: datetime = Field(examples=["2026-03-02T02:00:00Z"])
    started_at: datetime | None = Field(examples=["2026-03-02T02:00:01Z"])
    finished_at: datetime | None = Field(examples=["2026-03-02T02:00:04Z"])


class JobDetail(Job):
    """A run with its queries and its problems, errors first."""

    queries: list[dict[str, Any]] = Field(examples=[[{"name": "usage.login", "rows": 250, "failure": None}]])
    errors: list[JobProblem]
    notices: list[JobProblem] = Field(examples=[[]])


class JobList(Answer):
    """The newest runs first."""

    jobs: list[Job]
    next_cursor: str | None = Field(examples=[None])


class PortfolioRow(Answer):
    """A tenant in a list, with its latest score."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    slug: str | None = Field(examples=["acme"])
    segment: str | None = Field(examples=["Enterprise"])
    industry: str | None = Field(examples=["MANUFACTURING"])
    employee_count: int | None = Field(examples=[500])
    owner: str | None = Field(examples=["dana@example.com"])
    arr: float | None = Field(examples=[48000.0])
    renewal_date: date | None = Field(examples=["2026-06-30"])
    score_date: date | None = Field(examples=["2026-03-01"])
    overall_score: int | None = Field(examples=[38])
    baseline_score: int | None = Field(examples=[61])
    change: int | None = Field(examples=[-23], description="Since the baseline of the trend.")
    trend: TrendWord | None = Field(examples=["DECLINING"])
    risk_level: RiskLevel = Field(examples=["HIGH"])
    risk_reason: str | None = Field(examples=["score"])
    confidence: float | None = Field(examples=[1.0])
    last_known_risk_level: RiskLevel | None = Field(examples=["HIGH"])
    last_known_risk_date: date | None = Field(examples=["2026-03-01"])
    alert_level: AlertLevelWord = Field(examples=["PROACTIVE"])


class Portfolio(Answer):
    """A page of tenants, and how many of the filtered ones have each risk level and trend."""

    tenants: list[PortfolioRow]
    next_cursor: str | None = Field(examples=[None])
    total: int = Field(examples=[250])
    risk_levels: dict[str, int] = Field(examples=[{"LOW": 150, "MEDIUM": 67, "HIGH": 33}])
    trends: dict[str, int] = Field(examples=[{"STABLE": 210, "DECLINING": 25, "IMPROVING": 15}])


class HighRisk(Answer):
    """Tenants whose latest score is HIGH, worst first; UNKNOWN ones that were HIGH when last known, too."""

    tenants: list[PortfolioRow]
    total: int = Field(examples=[33])


class AlertLevelBody(BaseModel):
    """The alert level to set."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"level": "PROACTIVE"}]})

    level: AlertLevelWord


class AlertLevelAnswer(Answer):
    """How loudly the customer wants to be told; null in the last two: nobody has set it."""

    organization_id: str = Field(examples=[ORG])
    level: AlertLevelWord = Field(examples=["PROACTIVE"])
    changed_by: str | None = Field(examples=["dana"])
    changed_at: datetime | None = Field(examples=["2026-03-02T09:15:00Z"])
