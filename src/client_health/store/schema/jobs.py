"""Runs, what their queries said, and who performs them."""

import sqlalchemy as sa

from client_health.store.schema.base import metadata
from client_health.store.types import Instant

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

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("has_lock", sa.Boolean, nullable=False),
    sa.Column("beat_at", sa.Float(53), nullable=False),  # seconds since 1970 by the store's clock
)
