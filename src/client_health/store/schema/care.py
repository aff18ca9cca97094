"""What people say of a tenant: alert levels, notes, owners."""

import sqlalchemy as sa

from client_health.store.schema.base import metadata
from client_health.store.types import Instant

alert_levels = sa.Table(
    "alert_levels",
    metadata,
    sa.Column("tenant", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
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
