"""Scorecard sets, figures held back, benchmarks.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from client_health.store.types import Instant, Vector

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scorecard_sets",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("scorecards", sa.JSON(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("in_force_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_sets")),
    )
    _one_set_per_version()
    op.create_table(
        "held_collections",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_held_collections")),
    )
    op.create_table(
        "benchmarks",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("tenants", sa.Integer(), nullable=False),
        sa.Column("p25", sa.BigInteger(), nullable=False),
        sa.Column("median", sa.BigInteger(), nullable=False),
        sa.Column("p75", sa.BigInteger(), nullable=False),
        sa.Column("mean", sa.BigInteger(), nullable=False),
        sa.Column("histogram", Vector(), nullable=False),
        sa.PrimaryKeyConstraint("day", "industry", "size", "segment", "measure", name=op.f("pk_benchmarks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "benchmark_members",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("figures", Vector(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_benchmark_members")),
    )
    op.add_column("queries", sa.Column("succeeded_as_of", Instant(), nullable=True))
    op.execute("alter table runs rename column scorecard to scorecard_set")


def _one_set_per_version() -> None:
    """Until now each version was in force from its publication on; sets keep the versions' keys."""
    connection = op.get_bind()
    versions = sa.text("select id, published_by, published_at, note from scorecards order by id")
    statement = sa.text(
        "insert into scorecard_sets (id, scorecards, published_by, published_at, note, in_force_at) "
        "values (:id, :scorecards, :published_by, :published_at, :note, :published_at)"
    )
    for row in connection.execute(versions).all():
        connection.execute(statement, {**row._mapping, "scorecards": f"[{row.id}]"})
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text(
                "select setval(pg_get_serial_sequence('scorecard_sets', 'id'), "
                "coalesce((select max(id) from scorecard_sets), 0) + 1, false)"
            )
        )


def downgrade() -> None:
    op.execute("alter table runs rename column scorecard_set to scorecard")
    op.drop_column("queries", "succeeded_as_of")
    op.drop_table("benchmark_members")
    op.drop_table("benchmarks")
    op.drop_table("held_collections")
    op.drop_table("scorecard_sets")
