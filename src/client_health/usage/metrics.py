"""Usage metrics: the measures of many tenants on one date."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from client_health.scorecard.sets import Attributes
from client_health.usage.answers import Floats
from client_health.usage.features import FeatureUse
from client_health.usage.problems import Problem
from client_health.usage.tenants import Tenant


@dataclass
class UsageMetrics:
    """Columns over `tenants`: `values` per measure, NaN where missing; `stale_days` for stand-ins only."""

    tenants: Sequence[Tenant]
    values: dict[str, Floats] = field(default_factory=dict)
    stale_days: dict[str, Floats] = field(default_factory=dict)

    def attributes(self) -> Attributes:
        """What scorecards are matched by."""
        employees = (np.nan if t.employee_count is None else t.employee_count for t in self.tenants)
        return Attributes(
            [tenant.segment for tenant in self.tenants],
            [tenant.industry for tenant in self.tenants],
            np.fromiter(employees, np.float64, len(self.tenants)),
        )

    def ages_at(self, instant_seconds: float) -> Floats:
        """Age of each tenant in days at an instant (seconds since 1970); NaN where `since` is unknown."""
        since = (np.nan if t.since is None else t.since.timestamp() for t in self.tenants)
        ages: Floats = (instant_seconds - np.fromiter(since, np.float64, len(self.tenants))) / 86_400
        return ages


@dataclass(frozen=True)
class QueryReport:
    """How one query went. `rows` and `measures` are empty where it failed or was left out."""

    name: str
    source: str
    rows: int = 0
    measures: tuple[str, ...] = ()
    seconds: float = 0.0
    attempts: int = 0
    failure: str | None = None
    left_out: bool = False


@dataclass
class Collection:
    """Everything that one run read from its sources."""

    metrics: UsageMetrics
    reports: list[QueryReport]
    problems: list[Problem]
    features: list[FeatureUse] | None = None
