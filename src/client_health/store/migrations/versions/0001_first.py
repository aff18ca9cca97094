"""The first tables."""

import sqlalchemy as sa
from alembic import op

from client_health.store.types import Instant, Vector

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_levels",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_alert_levels")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "feature_use",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("feature_key", sa.Text(), nullable=False),
        sa.Column("first_used_at", Instant(), nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("as_of", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feature_key", name=op.f("pk_feature_use")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "health_scores",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scorecard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("component_scores", Vector(), nullable=False),
        sa.Column("component_states", sa.Text(), nullable=False),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("previous_score", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_score", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_day", sa.Date(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=False),
        sa.Column("risk_level", sa.Text(), nullable=False),
        sa.Column("risk_reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("calculated_at", Instant(), nullable=False),
        sa.Column("is_reported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", "tenant", "scorecard", name=op.f("pk_health_scores")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("has_lock", sa.Boolean(), nullable=False),
        sa.Column("beat_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "measure_sets",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_sets")),
        sa.UniqueConstraint("names", name=op.f("uq_measure_sets_names")),
    )
    op.create_table(
        "queries",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.Column("succeeded_at", Instant(), nullable=True),
        sa.Column("succeeded_day", sa.Date(), nullable=True),
        sa.Column("failed_at", Instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_queries")),
    )
    op.create_table(
        "run_problems",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=True),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_problems")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("exclusive_key", sa.Text(), nullable=True),
        sa.Column("tenant_ids", sa.JSON(), nullable=False),
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("reports", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("scorecard", sa.Integer(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_created_at", "runs", ["created_at"], unique=False)
    op.create_index("ix_runs_score_date", "runs", ["score_date"], unique=False)
    op.create_index(
        "uq_runs_exclusive_key",
        "runs",
        ["exclusive_key"],
        unique=True,
        sqlite_where=sa.text("status IN ('queued', 'active')"),
        postgresql_where=sa.text("status IN ('queued', 'active')"),
    )
    op.create_table(
        "score_current",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scorecard", sa.Integer(), nullable=False),
        sa.Column("component_scores", Vector(), nullable=False),
        sa.Column("component_states", sa.Text(), nullable=False),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("previous_score", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_score", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_day", sa.Date(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=False),
        sa.Column("risk_level", sa.Text(), nullable=False),
        sa.Column("risk_reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("calculated_at", Instant(), nullable=False),
        sa.Column("last_known_risk", sa.Text(), nullable=True),
        sa.Column("last_known_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_score_current")),
    )
    op.create_index("ix_score_current_risk_level", "score_current", ["risk_level", "overall"], unique=False)
    op.create_table(
        "score_days",
        sa.Column("scorecard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("scorecard", "day", name=op.f("pk_score_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scorecards",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_scorecards_name")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("industry_key", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("employee_count", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("arr", sa.Float(precision=53), nullable=True),
        sa.Column("renewal_date", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_tenants_tenant_id")),
    )
    op.create_table(
        "usage_metrics",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure_set", sa.Integer(), nullable=False),
        sa.Column("measures", Vector(), nullable=False),
        sa.Column("stale_days", Vector(), nullable=True),
        sa.Column("as_of", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", "tenant", name=op.f("pk_usage_metrics")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("usage_metrics")
    op.drop_table("tenants")
    op.drop_table("scorecards")
    op.drop_table("score_days")
    op.drop_index("ix_score_current_risk_level", table_name="score_current")
    op.drop_table("score_current")
    op.drop_index(
        "uq_runs_exclusive_key",
        table_name="runs",
        sqlite_where=sa.text("status IN ('queued', 'active')"),
        postgresql_where=sa.text("status IN ('queued', 'active')"),
    )
    op.drop_index("ix_runs_score_date", table_name="runs")
    op.drop_index("ix_runs_created_at", table_name="runs")
    op.drop_table("runs")
    op.drop_table("run_problems")
    op.drop_table("queries")
    op.drop_table("measure_sets")
    op.drop_table("leases")
    op.drop_table("health_scores")
    op.drop_table("feature_use")
    op.drop_table("api_keys")
    op.drop_table("alert_levels")
