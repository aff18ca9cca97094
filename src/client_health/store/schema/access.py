"""Who may come in: keys, users, sessions, secrets."""

import sqlalchemy as sa

from client_health.store.schema.base import metadata
from client_health.store.types import Instant

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
    sa.Column("expires_at", Instant),  # null: never
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

audit_log = sa.Table(  # append-only: triggers refuse to change or delete a row
    "audit_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),  # name of the key or user, or of who runs the command
    sa.Column("actor_kind", sa.Text, nullable=False),  # key, user, command, worker
    sa.Column("action", sa.Text, nullable=False),  # what was done, such as scorecard.published
    sa.Column("target", sa.Text),  # to what: a tenant's id, a run's, a user's name
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("address", sa.Text),  # from where, if over the network
)
