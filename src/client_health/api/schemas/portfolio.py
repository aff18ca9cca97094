"""Lists of tenants."""

from datetime import date

from pydantic import Field

from client_health.api.schemas.base import ORG, AlertLevelWord, Answer, RiskLevel, TrendWord


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
    confidence: float | None = Field(examples=[0.85])
    stale: list[str] = Field(
        examples=[["support_tickets"]],
        description="Keys of the components whose figures are from an earlier date.",
    )
    missing: list[str] = Field(examples=[[]], description="Keys of the components without any figure.")
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
