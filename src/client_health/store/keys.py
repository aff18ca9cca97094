"""API keys: shown once, kept as a hash."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.store.schema import api_keys as table

Role = Literal["viewer", "csm", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "ch_"
SECRET_BYTES = 32


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret."""

    id: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def create(connection: sa.Connection, name: str, role: Role, at: datetime) -> tuple[ApiKey, str]:
    """Make a key; returns it and the secret, which is not kept."""
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(uuid.uuid4().hex[:8], name, role, at, None, None)
    connection.execute(
        sa.insert(table).values(id=key.id, name=name, role=role, digest=_digest(secret), created_at=at)
    )
    return key, secret


def verify(connection: sa.Connection, secret: str) -> ApiKey | None:
    """The key behind a secret; None where there is none or it was revoked."""
    query = sa.select(table).where(table.c.digest == _digest(secret), table.c.revoked_at.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _key(row)


def touch(connection: sa.Connection, key: ApiKey, at: datetime) -> None:
    """Note that a key was used."""
    connection.execute(sa.update(table).where(table.c.id == key.id).values(last_used_at=at))


def all_keys(connection: sa.Connection) -> list[ApiKey]:
    """Every key, oldest first."""
    return [_key(row) for row in connection.execute(sa.select(table).order_by(table.c.created_at))]


def revoke(connection: sa.Connection, wanted: str, at: datetime) -> ApiKey:
    """Revoke the key with this id, or this name where only one has it; raises NotFoundError."""
    open_keys = [key for key in all_keys(connection) if key.revoked_at is None]
    found = [key for key in open_keys if wanted == key.id] or [key for key in open_keys if wanted == key.name]
    if len(found) != 1:
        problem = (
            "is the name of several keys; use the id" if found else "is neither the id nor the name of a key"
        )
        raise NotFoundError(f"{wanted!r} {problem}; `client-health keys list` shows them")
    connection.execute(sa.update(table).where(table.c.id == found[0].id).values(revoked_at=at))
    return found[0]


def _digest(secret: str) -> str:
    """A key holds 256 random bits, so one round of SHA-256 is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(row.id, row.name, row.role, row.created_at, row.last_used_at, row.revoked_at)
