"""The tables of the store. Migrations build them; `tests/store` checks that the two agree."""

from typing import Any

import sqlalchemy as sa

from client_health.store.types import Instant, Vector

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# Daily tables are clustered by day (on SQLite by doing without row ids): a night's rows land together.

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
)

scorecards = sa.Table(
    "scorecards",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("note", sa.Text),
    sa.UniqueConstraint("name", "version"),
)

scorecard_sets = sa.Table(  # what was published together, in the order in which tenants are matched
    "scorecard_sets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("scorecards", sa.JSON, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("in_force_at", Instant),  # null until its history is re-scored; the latest one is in force
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

alert_levels = sa.Table(
    "alert_levels",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

queries = sa.Table(
    "queries",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("measures", sa.Text, nullable=False),  # joined by commas
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float(53), nullable=False),
    sa.Column("succeeded_at", Instant),
    sa.Column("succeeded_day", sa.Date),
    sa.Column("succeeded_as_of", Instant),
    sa.Column("failed_at", Instant),
    sa.Column("failure", sa.Text),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # all, tenants, rescore
    sa.Column(
        "trigger", sa.Text, nullable=False
    ),  # command, request, night, catch_up, backfill, publish, accept
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("exclusive_key", sa.Text),  # at most one queued or active run per key
    sa.Column("tenant_ids", sa.JSON, nullable=False),
    sa.Column("score_date", sa.Date, nullable=False),
    sa.Column("as_of", Instant, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("failure", sa.Text),
    sa.Column("stage", sa.Text),
    sa.Column("progress", sa.Integer, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("reports", sa.JSON, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("scorecard_set", sa.Integer),  # what it scores under, or is to put in force
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("started_at", Instant),
    sa.Column("finished_at", Instant),
    sa.Index("ix_runs_created_at", "created_at"),
    sa.Index("ix_runs_score_date", "score_date"),
    sa.Index(
        "uq_runs_exclusive_key",
        "exclusive_key",
        unique=True,
        sqlite_where=sa.text("status IN ('queued', 'active')"),
        postgresql_where=sa.text("status IN ('queued', 'active')"),
    ),
)

run_problems = sa.Table(
    "run_problems",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("query", sa.Text),
    sa.Column("tenant_id", sa.Text),
    sa.Column("column", sa.Text),
    sa.Column("message", sa.Text, nullable=False),
)

held_collections = sa.Table(  # what a suspicious run read, kept until somebody accepts it
    "held_collections",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("held_at", Instant, nullable=False),
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

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("has_lock", sa.Boolean, nullable=False),
    sa.Column("beat_at", sa.Float(53), nullable=False),  # seconds since 1970 by the store's clock
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_used_at", Instant),
    sa.Column("revoked_at", Instant),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),  # what is typed to sign in, case-folded
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),  # null: signs in by the identity provider only
    sa.Column("subject", sa.Text, unique=True),  # issuer and subject of the identity provider
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_sign_in_at", Instant),
    sa.Column("disabled_at", Instant),
    sa.Column(  # the password was chosen by somebody else, for the first sign-in only
        "must_change_password", sa.Boolean, nullable=False, server_default=sa.false()
    ),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),  # SHA-256 of the token that the cookie holds
    sa.Column("user_id", sa.Text, nullable=False, index=True),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("address", sa.Text),  # from where and by which browser it was begun
    sa.Column("agent", sa.Text),
)

signing_keys = sa.Table(  # secrets that all processes share; they sign cookies for minutes
    "signing_keys",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),  # SHA-256 of what was typed
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("failed_at", Instant, nullable=False, index=True),
)

notes = sa.Table(  # notes and events on a tenant
    "notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tenant", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),  # note, call, meeting, renewal, escalation
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
)

owner_assignments = sa.Table(  # comes before the owner that the source tells
    "owner_assignments",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("assigned_by", sa.Text, nullable=False),
    sa.Column("assigned_at", Instant, nullable=False),
)
