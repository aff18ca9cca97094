"""The tables of the store. Migrations build them; `tests/store` checks that the two agree."""

from client_health.store.schema.access import (
    api_keys,
    audit_log,
    sessions,
    sign_in_failures,
    signing_keys,
    users,
)
from client_health.store.schema.base import metadata
from client_health.store.schema.care import (
    alert_levels,
    notes,
    owner_assignments,
)
from client_health.store.schema.figures import (
    benchmark_members,
    benchmarks,
    feature_use,
    health_scores,
    measure_sets,
    score_current,
    score_days,
    tenants,
    usage_metrics,
)
from client_health.store.schema.jobs import (
    held_collections,
    leases,
    queries,
    run_problems,
    runs,
)
from client_health.store.schema.scorecards import (
    scorecard_sets,
    scorecards,
)

__all__ = [
    "alert_levels",
    "api_keys",
    "audit_log",
    "benchmark_members",
    "benchmarks",
    "feature_use",
    "health_scores",
    "held_collections",
    "leases",
    "measure_sets",
    "metadata",
    "notes",
    "owner_assignments",
    "queries",
    "run_problems",
    "runs",
    "score_current",
    "score_days",
    "scorecard_sets",
    "scorecards",
    "sessions",
    "sign_in_failures",
    "signing_keys",
    "tenants",
    "usage_metrics",
    "users",
]
