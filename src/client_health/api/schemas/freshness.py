"""How fresh the sources and their queries are."""

from datetime import date, datetime

from pydantic import Field

from client_health.api.schemas.base import Answer


class QueryFreshnessAnswer(Answer):
    """A query's last success and last failure in runs of the whole fleet; null: there was none."""

    name: str = Field(examples=["usage.login"], description="tenants, features, or usage and its own name.")
    ever_answered: bool = Field(examples=[True])
    last_success_at: datetime | None = Field(examples=["2026-03-02T02:00:02Z"])
    age_seconds: int | None = Field(examples=[21600], description="From the last success to checkedAt.")
    score_date: date | None = Field(examples=["2026-03-01"], description="What the last success was for.")
    as_of: datetime | None = Field(examples=["2026-03-02T00:00:00Z"])
    rows: int | None = Field(examples=[250], description="Of the last success, as seconds are.")
    seconds: float | None = Field(examples=[0.21])
    measures: list[str] = Field(examples=[["active_users", "total_users"]])
    last_failure_at: datetime | None = Field(
        examples=[None], description="Null after a success, as the failure itself."
    )
    failure: str | None = Field(examples=[None])


class SourceFreshnessAnswer(Answer):
    """A source of the configuration, and the queries that it answers."""

    name: str = Field(examples=["default"])
    last_success_at: datetime | None = Field(
        examples=["2026-03-02T02:00:04Z"], description="Of any of its queries."
    )
    age_seconds: int | None = Field(examples=[21598])
    queries: list[QueryFreshnessAnswer]


class Freshness(Answer):
    """The sources and queries of the configuration; what it no longer holds is left out."""

    checked_at: datetime = Field(examples=["2026-03-02T08:00:02Z"])
    sources: list[SourceFreshnessAnswer]
