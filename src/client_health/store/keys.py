"""API keys: shown once, kept as a hash, and in force until they are revoked or expire."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import sqlalchemy as sa

from client_health.errors import KeyExpiredError, NotFoundError
from client_health.instants import iso
from client_health.store import audit
from client_health.store.audit import Actor
from client_health.store.schema import api_keys as table

Role = Literal["viewer", "csm", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "ch_"
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
# Asked with every request: put together once, for that takes as long as the answer.
_VERIFY = sa.select(table).where(table.c.digest == sa.bindparam("digest_sent"), table.c.revoked_at.is_(None))


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. `expires_at` None: never."""

    id: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    expires_at: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def is_in_force(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and not self.is_expired(now)


def create(
    connection: sa.Connection,
    name: str,
    role: Role,
    by: Actor,
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; returns it and the secret, which is not kept."""
    key, secret = _add(connection, name, role, at, expires_at)
    audit.write(connection, by, "key.created", key.id, at, **_described(key))
    return key, secret


def rotate(
    connection: sa.Connection, wanted: str, by: Actor, at: datetime, overlap: timedelta = OVERLAP
) -> tuple[ApiKey, str]:
    """A new key with the name, role and lifetime of one in force, which expires after the overlap."""
    old = _in_force(connection, wanted, at)
    end = at + overlap if old.expires_at is None else min(at + overlap, old.expires_at)
    lifetime = None if old.expires_at is None else old.expires_at - old.created_at
    connection.execute(sa.update(table).where(table.c.id == old.id).values(expires_at=end))
    key, secret = _add(connection, old.name, old.role, at, None if lifetime is None else at + lifetime)
    replaced = {"replaces": old.id, "overlap_seconds": int((end - at).total_seconds())}
    audit.write(connection, by, "key.rotated", key.id, at, **_described(key), **replaced)
    return key, secret


def revoke(connection: sa.Connection, wanted: str, by: Actor, at: datetime) -> ApiKey:
    """Revoke the key with this id, or this name where only one in force has it; raises NotFoundError."""
    key = _in_force(connection, wanted, at)
    connection.execute(sa.update(table).where(table.c.id == key.id).values(revoked_at=at))
    audit.write(connection, by, "key.revoked", key.id, at, **_described(key))
    return key


def verify(connection: sa.Connection, secret: str, at: datetime) -> ApiKey | None:
    """The key behind a secret; None where there is none or it was revoked; raises KeyExpiredError."""
    row = connection.execute(_VERIFY, {"digest_sent": digest(secret)}).one_or_none()
    key = None if row is None else _key(row)
    if key is not None and key.is_expired(at):
        raise KeyExpiredError("this API key has expired; ask for a new one")
    return key


def touch(connection: sa.Connection, key: ApiKey, at: datetime) -> None:
    """Note that a key was used."""
    connection.execute(sa.update(table).where(table.c.id == key.id).values(last_used_at=at))


def all_keys(connection: sa.Connection) -> list[ApiKey]:
    """Every key, oldest first."""
    return [_key(row) for row in connection.execute(sa.select(table).order_by(table.c.created_at))]


def expiring(connection: sa.Connection, now: datetime, within: timedelta) -> list[ApiKey]:
    """Keys in force that soon are not any more, the first to expire first. Replaced ones are left out."""
    living = [key for key in all_keys(connection) if key.is_in_force(now)]
    ending = [key for key in living if key.expires_at is not None and key.expires_at <= now + within]
    return sorted(
        (key for key in ending if not any(_replaces(one, key) for one in living)),
        key=lambda key: key.expires_at or now,
    )


def _add(
    connection: sa.Connection, name: str, role: Role, at: datetime, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(uuid.uuid4().hex[:8], name, role, at, expires_at=expires_at)
    values = {"id": key.id, "name": name, "role": role, "created_at": at, "expires_at": expires_at}
    connection.execute(sa.insert(table).values(digest=digest(secret), **values))
    return key, secret


def _in_force(connection: sa.Connection, wanted: str, now: datetime) -> ApiKey:
    living = [key for key in all_keys(connection) if key.is_in_force(now)]
    found = [key for key in living if wanted == key.id] or [key for key in living if wanted == key.name]
    if len(found) != 1:
        problem = (
            "is the name of several keys; use the id"
            if found
            else "is neither the id nor the name of a key in force"
        )
        raise NotFoundError(f"{wanted!r} {problem}; `client-health keys list` shows them")
    return found[0]


def _replaces(one: ApiKey, other: ApiKey) -> bool:
    """Whether a key was made to take another one's place: same name and role, later, and lasting longer."""
    same = (one.name, one.role) == (other.name, other.role) and one.created_at > other.created_at
    ends = (one.expires_at, other.expires_at)
    return same and (ends[0] is None or (ends[1] is not None and ends[0] > ends[1]))


def _described(key: ApiKey) -> dict[str, str | None]:
    expiry = None if key.expires_at is None else iso(key.expires_at.replace(microsecond=0))
    return {"name": key.name, "role": key.role, "expires_at": expiry}


def digest(secret: str) -> str:
    """What a secret is kept as. A key holds 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        row.id, row.name, row.role, row.created_at, row.last_used_at, row.revoked_at, row.expires_at
    )
