"""Scorecards: versions, drafts, and what a draft would change."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from client_health.api.checks import searchable
from client_health.api.schemas.base import ORG, Answer, RiskLevel, StatusWord

CONTENT: dict[str, Any] = {
    "name": "default",
    "components": [
        {
            "key": "login",
            "name": "Logins",
            "weight": 1,
            "measure": "active_users",
            "curve": [[0, 0], [50, 100]],
        }
    ],
}


class ScorecardVersion(Answer):
    """An immutable version of a scorecard, without its content."""

    name: str = Field(examples=["default"])
    version: int = Field(examples=[2])
    in_force: bool = Field(examples=[True])
    published_by: str = Field(examples=["dana"])
    published_at: datetime = Field(examples=["2026-03-02T09:15:00Z"])
    note: str | None = Field(examples=["tickets count more"])
    digest: str = Field(examples=["9f2c…"], description="SHA-256 of the content.")


class ScorecardDetail(ScorecardVersion):
    """A version with its content, as in a scorecard file."""

    content: dict[str, Any] = Field(examples=[CONTENT])


class ScorecardList(Answer):
    """All versions, the newest first. `setNumber` is what the ETag holds: publish with it as If-Match."""

    set_number: int = Field(examples=[2])
    in_force: list[str] = Field(examples=[["default v2"]], description="In the order of matching.")
    versions: list[ScorecardVersion]


class DraftBody(BaseModel):
    """Scorecards in the order in which tenants are matched; the first that applies wins."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scorecards": [CONTENT]}]})

    scorecards: list[dict[str, Any]] = Field(
        min_length=1, max_length=50, description="Each as in a scorecard file (see the JSON Schema)."
    )


class PublishBody(DraftBody):
    """A draft to publish, and why."""

    note: Annotated[str | None, Field(max_length=500), AfterValidator(searchable)] = None


class DifferenceAnswer(Answer):
    """One thing in which a draft differs from what is in force; null: not there on that side."""

    scorecard: str = Field(examples=["default, support_tickets"])
    what: str = Field(examples=["weight"])
    before: str | None = Field(examples=["15%"])
    after: str | None = Field(examples=["40%"])


class NormalisedWeights(Answer):
    """Weights in the same proportions that sum to 1, of a scorecard whose weights do not."""

    scorecard: str = Field(examples=["default"])
    weights: dict[str, float] = Field(examples=[{"login": 0.6, "support_tickets": 0.4}])


class DraftAnswer(Answer):
    """What is wrong with a draft. Errors stand in the way of publishing it, warnings do not."""

    valid: bool = Field(examples=[True])
    errors: list[str] = Field(examples=[[]])
    warnings: list[str] = Field(examples=[["default, component login: no tenant has figures for it"]])
    normalised_weights: list[NormalisedWeights] = Field(examples=[[]])
    tenants_scored: dict[str, int] = Field(examples=[{"default": 250}])
    differences: list[DifferenceAnswer] = Field(examples=[[]])


class DistributionAnswer(Answer):
    """Tenants by ten points of the score (the last bar holds 90 to 100), and by risk level."""

    histogram: list[int] = Field(examples=[[0, 1, 2, 5, 9, 20, 40, 60, 70, 43]])
    risk_levels: dict[str, int] = Field(examples=[{"UNKNOWN": 0, "HIGH": 33, "MEDIUM": 67, "LOW": 150}])
    median: int | None = Field(examples=[74])
    without_score: int = Field(examples=[0])


class MovedAnswer(Answer):
    """A tenant now, and under the draft."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    score_from: int | None = Field(examples=[74])
    score_to: int | None = Field(examples=[58])
    change: int = Field(examples=[-16])
    risk_level_from: RiskLevel = Field(examples=["LOW"])
    risk_level_to: RiskLevel = Field(examples=["MEDIUM"])
    reasons: list[str] = Field(examples=[["Support tickets weighs 15% → 40%, score 20: +5.0 points"]])


class WeekAnswer(Answer):
    """Tenants at HIGH on some day of a week, and how many there would have been."""

    monday: date = Field(examples=["2026-02-23"])
    high_before: int = Field(examples=[33])
    high_after: int = Field(examples=[41])


class CliffAnswer(Answer):
    """One unit of one measure that moves the score of a tenant by more than ten points."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    measure: str = Field(examples=["active_users"])
    value_from: float = Field(examples=[1])
    value_to: float = Field(examples=[0])
    score_from: int = Field(examples=[62])
    score_to: int = Field(examples=[30])


class PreviewAnswer(Answer):
    """What a draft would change today, and would have changed over the replayed days."""

    date_from: date = Field(examples=["2025-12-02"])
    date_to: date = Field(examples=["2026-03-01"])
    days: int = Field(examples=[90], description="Dates with stored usage in this span.")
    tenants: int = Field(examples=[250])
    before: DistributionAnswer
    after: DistributionAnswer
    level_changes: list[MovedAnswer] = Field(description="Largest change first; at most 1,000.")
    level_changes_total: int = Field(examples=[12])
    movers: list[MovedAnswer] = Field(description="The 100 largest moves.")
    weeks: list[WeekAnswer]
    cliffs: list[CliffAnswer] = Field(description="Deepest first; at most 1,000.")
    cliffs_total: int = Field(examples=[3])


class PublicationAccepted(Answer):
    """The draft is stored; a job scores the last 400 days under it and then puts it in force."""

    job_id: str = Field(examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"])
    status: StatusWord = Field(examples=["queued"])
    set_number: int = Field(examples=[3])
    versions: list[str] = Field(examples=[["default v3"]])
