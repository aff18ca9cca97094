"""What is asked of sources: the models of the queries in `client-health.toml`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from client_health.settings.section import Section

DEFAULT_SOURCE = "default"
IN_USE_DAYS = 90

FeatureKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class TenantsQuery(Section):
    """The query that lists the active tenants."""

    sql: str = Field(
        min_length=1,
        description="Returns `tenant_id` and, optionally, name, slug, since, segment, industry, "
        "employee_count, owner, arr, renewal_date.",
    )
    source: str = Field(
        default=DEFAULT_SOURCE, max_length=63, description="Name of the source that answers it."
    )


class UsageQuery(Section):
    """A query that returns one row per tenant: `tenant_id` and one or more measures."""

    sql: str = Field(
        min_length=1,
        description="May use :as_of, :window_start, :day_start, and {tenants} where a tenant filter belongs.",
    )
    window_days: int = Field(default=30, ge=1, le=3650, description="Length of the window before `as_of`.")
    absent: Literal["zero", "missing"] = Field(
        default="zero", description="What a tenant has whom the answer leaves out: zeros, or nothing known."
    )
    past: Literal["asked", "missing"] = Field(
        default="asked", description='"missing": reads present state, so past dates cannot be asked.'
    )
    source: str = Field(
        default=DEFAULT_SOURCE, max_length=63, description="Name of the source that answers it."
    )


class TrackedFeature(Section):
    """A feature that is shown; the tables stand in the order in which features are shown."""

    key: FeatureKey = Field(description="The `feature_key` that the features query returns.")
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="What people read; left out: the key as words.",
    )
    category: str | None = Field(
        default=None, min_length=1, max_length=100, description="What features are grouped by."
    )


class FeaturesQuery(Section):
    """Which features each tenant uses, and which of them are tracked."""

    sql: str = Field(min_length=1, description="Returns tenant_id, feature_key, first_used_at, last_used_at.")
    source: str = Field(
        default=DEFAULT_SOURCE, max_length=63, description="Name of the source that answers it."
    )
    in_use_days: int = Field(
        default=IN_USE_DAYS,
        ge=1,
        le=3650,
        description="A feature is in use if its last use is at most this long ago.",
    )
    catalogue: tuple[TrackedFeature, ...] = Field(
        default=(),
        max_length=1000,
        description="The tracked features; left out: every key that the query returned, sorted.",
    )

    @field_validator("catalogue")
    @classmethod
    def _keys_are_unique(cls, catalogue: tuple[TrackedFeature, ...]) -> tuple[TrackedFeature, ...]:
        keys = [feature.key for feature in catalogue]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"the key {twice[0]!r} stands in it more than once")
        return catalogue
