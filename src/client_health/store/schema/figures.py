"""Tenants, their usage, their scores: what a run publishes."""

from typing import Any

import sqlalchemy as sa

from client_health.store.schema.base import metadata
from client_health.store.types import Instant, Vector

# Daily tables are clustered by day (on SQLite by doing without row ids): a night's rows land together.
BY_MONTH = "RANGE (day)"  # on PostgreSQL; `store.partitions` makes the months

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tenant_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("slug", sa.Text),
    sa.Column("since", Instant),
    sa.Column("segment", sa.Text),
    sa.Column("industry", sa.Text),
    sa.Column("industry_key", sa.Text),  # case-folded here: databases fold ASCII only, or by locale
    sa.Column("search_text", sa.Text, nullable=False, server_default=""),  # name, slug and id, case-folded
    sa.Column("employee_count", sa.Integer),
    sa.Column("owner", sa.Text),
    sa.Column("arr", sa.Float(53)),
    sa.Column("renewal_date", sa.Date),
    sa.Column("is_active", sa.Boolean, nullable=False),
)

measure_sets = sa.Table(
    "measure_sets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("names", sa.Text, nullable=False, unique=True),  # joined by commas, in order of the vectors
)

usage_metrics = sa.Table(
    "usage_metrics",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("measure_set", sa.Integer, nullable=False),
    sa.Column("measures", Vector, nullable=False),
    sa.Column("stale_days", Vector),  # null: everything is fresh
    sa.Column("as_of", Instant, nullable=False),
    sqlite_with_rowid=False,
    postgresql_partition_by=BY_MONTH,
)


def _score_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("component_scores", Vector, nullable=False),
        sa.Column("component_states", sa.Text, nullable=False),
        sa.Column("overall", sa.SmallInteger),
        sa.Column("previous_score", sa.SmallInteger),
        sa.Column("baseline_score", sa.SmallInteger),
        sa.Column("baseline_day", sa.Date),
        sa.Column("trend", sa.Text, nullable=False),
        sa.Column("risk_level", sa.Text, nullable=False),
        sa.Column("risk_reason", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("as_of", Instant, nullable=False),
        sa.Column("calculated_at", Instant, nullable=False),
    ]


health_scores = sa.Table(
    "health_scores",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("scorecard", sa.Integer, primary_key=True, autoincrement=False),
    *_score_columns(),
    sa.Column("is_reported", sa.Boolean, nullable=False),  # the first version that told this date
    sqlite_with_rowid=False,
    postgresql_partition_by=BY_MONTH,
)

score_days = sa.Table(  # the dates that hold scores, so that nobody scans the history for them
    "score_days",
    metadata,
    sa.Column("scorecard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True),
    sqlite_with_rowid=False,
)

score_current = sa.Table(
    "score_current",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("scorecard", sa.Integer, nullable=False),
    *_score_columns(),
    sa.Column("last_known_risk", sa.Text),
    sa.Column("last_known_day", sa.Date),
    sa.Index("ix_score_current_risk_level", "risk_level", "overall"),
)

feature_use = sa.Table(
    "feature_use",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("feature_key", sa.Text, primary_key=True),
    sa.Column("first_used_at", Instant),
    sa.Column("last_used_at", Instant),
    sa.Column("as_of", Instant, nullable=False),
    sqlite_with_rowid=False,
)

benchmarks = sa.Table(  # figures of each cohort and measure on a date; "" stands for "any"
    "benchmarks",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("industry", sa.Text, primary_key=True),  # case-folded
    sa.Column("size", sa.Text, primary_key=True),
    sa.Column("segment", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),  # the industry or segment as people write it
    sa.Column("tenants", sa.Integer, nullable=False),
    sa.Column("p25", sa.BigInteger, nullable=False),
    sa.Column("median", sa.BigInteger, nullable=False),
    sa.Column("p75", sa.BigInteger, nullable=False),
    sa.Column("mean", sa.BigInteger, nullable=False),
    sa.Column("histogram", Vector, nullable=False),  # value, tenants that have it, value, tenants, …
    sqlite_with_rowid=False,
)

benchmark_members = sa.Table(  # who was compared on the latest date, with cohorts and values as they were
    "benchmark_members",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("industry", sa.Text, nullable=False),
    sa.Column("size", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("figures", Vector, nullable=False),  # of that date's measures of all tenants, in order of name
)
