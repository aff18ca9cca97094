"""Tracked features: their use by one tenant, and their adoption across the fleet."""

from datetime import datetime

from pydantic import Field

from client_health.api.schemas.base import ORG, Answer

AS_OF = Field(
    examples=["2026-03-02T00:00:00Z"],
    description="What the features query last answered is true for this instant; null: it never answered.",
)
IN_USE_DAYS = Field(
    examples=[90], description="In use: the last use is at most so many times 24 hours before asOf."
)


class TenantFeatureAnswer(Answer):
    """A tracked feature and its use by a tenant."""

    key: str = Field(examples=["CUSTOM_DASHBOARDS"])
    name: str = Field(examples=["Custom dashboards"])
    category: str | None = Field(examples=["advanced"])
    in_use: bool = Field(examples=[True])
    first_used_at: datetime | None = Field(examples=["2025-06-12T08:30:00Z"])
    last_used_at: datetime | None = Field(examples=["2026-02-26T14:05:00Z"])
    days_since: int | None = Field(
        examples=[3], description="Whole days from the last use to asOf; null: never used."
    )


class TenantFeatures(Answer):
    """Every tracked feature of a tenant, in the order of the catalogue."""

    organization_id: str = Field(examples=[ORG])
    name: str = Field(examples=["Acme GmbH"])
    as_of: datetime | None = AS_OF
    in_use_days: int = IN_USE_DAYS
    in_use: int = Field(examples=[9], description="How many of the features are in use.")
    tracked: int = Field(examples=[14], description="How many features are tracked.")
    features: list[TenantFeatureAnswer]


class FleetFeatureAnswer(Answer):
    """A tracked feature and who uses it."""

    key: str = Field(examples=["CUSTOM_DASHBOARDS"])
    name: str = Field(examples=["Custom dashboards"])
    category: str | None = Field(examples=["advanced"])
    tenants_in_use: int = Field(examples=[65], description="Active tenants that use it.")
    share: float = Field(examples=[0.26], description="Their share of the active tenants, 0 to 1.")


class FleetFeatures(Answer):
    """Adoption of every tracked feature across the active tenants, in the order of the catalogue."""

    as_of: datetime | None = AS_OF
    in_use_days: int = IN_USE_DAYS
    tenants: int = Field(examples=[250], description="Active tenants.")
    features: list[FleetFeatureAnswer]
