"""The scorecard: components, curves, weights, trend and risk rules. Immutable once built."""

import hashlib
import itertools
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Score = Annotated[float, Field(ge=0, le=100)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Point = tuple[float, Score]
WEIGHT_TOLERANCE = 1e-6
MOST_EMPLOYEES = 2_000_000_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Component(_Frozen):
    """One scored part: a measure, optionally per another, through a piecewise-linear curve."""

    key: Key = Field(description="Name in exports and the API: `<key>_score`.")
    name: str = Field(min_length=1, max_length=100, description="Name that people read.")
    weight: float = Field(gt=0, le=1, description="Share of the overall score; all weights sum to 1.")
    measure: Key = Field(description="The measure that is scored.")
    per: Key | Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="A measure or a number that divides it; left out: the measure itself."
    )
    curve: tuple[Point, ...] = Field(
        min_length=2, description="(value, score) points in order of value; clamped at both ends."
    )
    when_empty: Score | Literal["exclude"] | None = Field(
        default=None,
        description='Score where `per` is 0, or "exclude"; required where `per` names a measure.',
    )

    @field_validator("curve")
    @classmethod
    def _values_increase(cls, curve: tuple[Point, ...]) -> tuple[Point, ...]:
        values = [value for value, _ in curve]
        for left, right in itertools.pairwise(values):
            if right <= left:
                raise ValueError(f"the values of a curve must increase, but {right:g} follows {left:g}")
        return curve

    @model_validator(mode="after")
    def _empty_is_decided(self) -> Self:
        if isinstance(self.per, str) and self.when_empty is None:
            raise ValueError(
                f"component {self.key!r}: when_empty is required because per names the measure {self.per!r}; "
                'allowed: a number from 0 to 100, or "exclude"'
            )
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures that this component reads."""
        return (self.measure, self.per) if isinstance(self.per, str) else (self.measure,)


class Trend(_Frozen):
    """When a score counts as improving or declining."""

    lookback_days: int = Field(default=7, ge=1, le=365, description="How far back the baseline may lie.")
    improving_above: float = Field(default=5, ge=0, le=100, description="IMPROVING above this change.")
    declining_below: float = Field(default=-5, ge=-100, le=0, description="DECLINING below this change.")


class Risk(_Frozen):
    """When a tenant counts as HIGH, MEDIUM or LOW risk."""

    high_below: float = Field(default=40, ge=0, le=100, description="HIGH below this score.")
    high_below_when_declining: float = Field(
        default=60, ge=0, le=100, description="HIGH below this score while DECLINING."
    )
    low_from: float = Field(default=70, ge=0, le=101, description="LOW from this score on, unless DECLINING.")
    high_when_not_alive: bool = Field(default=False, description="HIGH where `alive_measure` is 0.")
    grace_days: float = Field(
        default=0, ge=0, le=3650, description="A tenant younger than this is UNKNOWN with the reason new."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.high_below <= self.high_below_when_declining <= self.low_from:
            raise ValueError(
                "thresholds out of order: high_below ≤ high_below_when_declining ≤ low_from is required, got "
                f"{self.high_below:g}, {self.high_below_when_declining:g}, {self.low_from:g}"
            )
        return self


class AppliesTo(_Frozen):
    """The tenants that a scorecard is for. What is left out does not matter; all that is named must fit."""

    segment: tuple[str, ...] = Field(default=(), description="Any of these segments, whatever their case.")
    industry: tuple[str, ...] = Field(default=(), description="Any of these industries, whatever their case.")
    employees_from: int | None = Field(
        default=None, ge=0, le=MOST_EMPLOYEES, description="At least so many employees."
    )
    employees_to: int | None = Field(
        default=None, ge=0, le=MOST_EMPLOYEES, description="At most so many employees."
    )

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        low, high = self.employees_from, self.employees_to
        if low is not None and high is not None and low > high:
            raise ValueError(f"employees_from ≤ employees_to is required, got {low:,} and {high:,}")
        return self


class Scorecard(_Frozen):
    """The versioned recipe of a health score."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = Field(
        default="default", description="Name of the scorecard; each name has versions of its own."
    )
    applies_to: AppliesTo | None = Field(
        default=None, description="The tenants that it is for; left out: all of them."
    )
    alive_measure: Key | None = Field(
        default=None, description="Where it is 0, empty components earn nothing; left out: no such rule."
    )
    max_age_days: int = Field(
        default=3, ge=0, le=365, description="How long the last measures stand in for a failing source."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="More missing weight than 1 − this: UNKNOWN."
    )
    components: tuple[Component, ...] = Field(min_length=1, max_length=50)
    trend: Trend = Trend()
    risk: Risk = Risk()

    @field_validator("applies_to")
    @classmethod
    def _named_conditions(cls, rule: AppliesTo | None) -> AppliesTo | None:
        """Conditions that name nothing are none, so that there is one way only to be for all tenants."""
        return None if rule == AppliesTo() else rule

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        keys = [component.key for component in self.components]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"duplicate component key {', '.join(twice)}; every key must be used once")
        return self

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Self:
        total = sum(component.weight for component in self.components)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            weights = normalised([component.weight for component in self.components])
            shown = zip(self.components, weights, strict=True)
            normal = ", ".join(f"{component.key} {weight:g}" for component, weight in shown)
            raise ValueError(f"the weights sum to {total:g}, not to 1; in the same proportions: {normal}")
        return self

    @property
    def measures(self) -> frozenset[str]:
        """Names of all measures that the scorecard reads."""
        alive = {self.alive_measure} if self.alive_measure else set()
        return frozenset(alive.union(*(component.measures for component in self.components)))

    def content(self) -> dict[str, Any]:
        """The whole scorecard as plain JSON values, defaults included."""
        left_out = {"applies_to"} if self.applies_to is None else None  # versions of before know no such key
        return self.model_dump(mode="json", exclude=left_out)

    def digest(self) -> str:
        """SHA-256 of the content: equal for scorecards that score alike."""
        canonical = json.dumps(self.content(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def normalised(weights: Sequence[float]) -> list[float]:
    """Weights in the same proportions with four decimals that sum to 1 (by the largest remainders)."""
    total, parts = sum(weights), 10_000
    exact = [weight / total * parts for weight in weights]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[: parts - sum(whole)]:
        whole[place] += 1
    return [share / parts for share in whole]
