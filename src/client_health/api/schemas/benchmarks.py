"""How tenants compare. There is no lowest or highest value: those are single tenants' own."""

from datetime import date
from typing import Literal

from pydantic import Field

from client_health.api.schemas.base import ORG, Answer
from client_health.benchmarks.figures import FEWEST_PEERS

SizeId = Literal["1-100", "101-500", "501-2000", "2001+"]


class Figures(Answer):
    """Whole numbers over the tenants of a cohort; null where they are too few to be told."""

    key: str = Field(examples=["ratio:login"])
    name: str = Field(examples=["Login activity: active users of total users"])
    unit: Literal["points", "percent", "number"] = Field(examples=["percent"])
    high_is_good: bool = Field(examples=[True])
    p25: int | None = Field(examples=[41])
    median: int | None = Field(examples=[58])
    p75: int | None = Field(examples=[71])
    mean: int | None = Field(examples=[56])
    too_few: bool = Field(examples=[False], description="True: too few peers, so no figure is told.")


class TenantFigures(Figures):
    """The figures of a tenant's peers, the tenant itself left out, and where it stands among them."""

    value: int | None = Field(examples=[56], description="The tenant's own; null where it was not compared.")
    percentile: int | None = Field(
        examples=[44],
        description="Share of the others below its value, and half of those that share it: 0 to 100.",
    )
    others: int = Field(examples=[63], description="How many other tenants the figures are of.")
    fewest_others: int = Field(examples=[FEWEST_PEERS], description="With fewer others no figure is told.")


class FleetFigures(Figures):
    """The figures over all tenants of a cohort."""

    tenants: int = Field(examples=[64], description="How many tenants the figures are of.")
    fewest_tenants: int = Field(examples=[FEWEST_PEERS], description="With fewer tenants no figure is told.")


class CohortAnswer(Answer):
    """A group of tenants; null: whatever the industry, size or segment."""

    label: str = Field(examples=["Manufacturing, 101–500 employees"])
    industry: str | None = Field(examples=["Manufacturing"], description="As most of its tenants write it.")
    size: SizeId | None = Field(examples=["101-500"])
    segment: str | None = Field(examples=[None])
    tenants: int = Field(examples=[64], description="How many tenants were compared, this one among them.")


class TenantCohort(CohortAnswer):
    """One cohort, and how the tenant stands in it."""

    measures: list[TenantFigures]


class FleetCohort(CohortAnswer):
    """One cohort."""

    measures: list[FleetFigures]


class TenantBenchmarks(Answer):
    """How a tenant compares with its peers."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    benchmark_date: date | None = Field(
        examples=["2026-03-01"], description="What the figures are true for; null: none were computed yet."
    )
    cohorts: list[TenantCohort]


class FleetBenchmarks(Answer):
    """How the tenants of each cohort do."""

    benchmark_date: date | None = Field(
        examples=["2026-03-01"], description="What the figures are true for; null: none were computed yet."
    )
    cohorts: list[FleetCohort]
