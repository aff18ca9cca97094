"""Usage metrics by date."""

from datetime import date, datetime

from pydantic import Field

from client_health.api.schemas.base import ORG, Answer


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
