"""Scorecards as they were published, and the sets that they were published in."""

import sqlalchemy as sa

from client_health.store.schema.base import metadata
from client_health.store.types import Instant

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
