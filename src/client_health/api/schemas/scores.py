"""Scores, their components and their history."""

from datetime import date, datetime

from pydantic import Field

from client_health.api.schemas.base import (
    ORG,
    AlertLevelWord,
    Answer,
    FreshnessWord,
    RiskLevel,
    ScorecardRef,
    StateWord,
    TrendWord,
    View,
)


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
    stale: list[str] = Field(
        examples=[[]], description="Keys of the components whose figures are from an earlier date."
    )
    missing: list[str] = Field(examples=[[]], description="Keys of the components without any figure.")
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


class VersionChange(Answer):
    """A date from which scores were reported under another scorecard version."""

    score_date: date = Field(examples=["2026-02-20"])
    scorecard_from: ScorecardRef
    scorecard_to: ScorecardRef


class History(Answer):
    """Scores of a tenant by date, oldest first."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    days: int = Field(examples=[30])
    view: View = Field(
        examples=["comparable"],
        description="comparable: all dates under the scorecard now in force; reported: as first told.",
    )
    version_changes: list[VersionChange] = Field(examples=[[]])
    scores: list[ScorePoint]
