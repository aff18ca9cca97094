"""Keys that expire, and an audit log that nobody can rewrite.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from client_health.store.types import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is append-only"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("expires_at", Instant(), nullable=True))
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_at"), "audit_log", ["at"])
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _refuse_on_postgresql() -> None:
    op.execute(
        "create function refuse_audit_change() returns trigger language plpgsql as "
        f"$$ begin raise exception '{REFUSAL}'; end $$"
    )
    op.execute(
        "create trigger audit_log_is_append_only before update or delete or truncate on audit_log "
        "for each statement execute function refuse_audit_change()"
    )


def _refuse_on_sqlite() -> None:
    for change in ("update", "delete"):
        op.execute(
            f"create trigger audit_log_refuses_{change} before {change} on audit_log "
            f"begin select raise(abort, '{REFUSAL}'); end"
        )
    # INSERT OR REPLACE deletes without firing triggers. A row without an id has -1 here.
    op.execute(
        "create trigger audit_log_refuses_replace before insert on audit_log "  # noqa: S608
        "when new.id in (select id from audit_log) "
        f"begin select raise(abort, '{REFUSAL}'); end"
    )


def downgrade() -> None:
    op.drop_table("audit_log")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_audit_change")
    op.drop_column("api_keys", "expires_at")
