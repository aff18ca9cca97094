"""Sessions of the dashboard: kept here, so that they can be ended; the cookie holds a random token only."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.store import users
from client_health.store.schema import sessions as table
from client_health.store.users import User

LONGEST = timedelta(days=14)
IDLE = timedelta(hours=24)


@dataclass(frozen=True)
class Session:
    """A living session and whose it is."""

    user: User
    csrf: str = field(repr=False)
    seen_at: datetime


@dataclass(frozen=True)
class Listed:
    """A living session as its user sees it. `id` tells it apart and opens nothing."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None


def begin(
    connection: sa.Connection,
    user_id: str,
    at: datetime,
    address: str | None = None,
    agent: str | None = None,
) -> str:
    """Begin a session; returns the token for the cookie, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(table).where(table.c.expires_at < at))
    connection.execute(
        sa.insert(table).values(
            digest=identity(token),
            user_id=user_id,
            csrf=secrets.token_urlsafe(32),
            created_at=at,
            seen_at=at,
            expires_at=at + LONGEST,
            address=address,
            agent=agent,
        )
    )
    users.change(connection, user_id, last_sign_in_at=at)
    return token


def find(connection: sa.Connection, token: str, now: datetime) -> Session | None:
    """The session of a token; None where it is unknown, expired or idle, or its user disabled."""
    row = connection.execute(sa.select(table).where(table.c.digest == identity(token))).one_or_none()
    if row is None or row.expires_at < now or row.seen_at < now - IDLE:
        return None
    user = users.by_id(connection, row.user_id)
    return None if user.disabled_at is not None else Session(user, row.csrf, row.seen_at)


def touch(connection: sa.Connection, token: str, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(sa.update(table).where(table.c.digest == identity(token)).values(seen_at=now))


def end(connection: sa.Connection, token: str) -> None:
    """End a session."""
    connection.execute(sa.delete(table).where(table.c.digest == identity(token)))


def end_one(connection: sa.Connection, user_id: str, session_id: str) -> None:
    """End a session of a user by its id; raises NotFoundError where it is not theirs."""
    found = sa.delete(table).where(table.c.user_id == user_id, table.c.digest == session_id)
    if not connection.execute(found).rowcount:
        raise NotFoundError("this session has ended already")


def end_all(connection: sa.Connection, user_id: str, but: str | None = None) -> int:
    """End every session of a user, `but` the one of this token; returns how many there were."""
    wanted = sa.delete(table).where(table.c.user_id == user_id)
    if but is not None:
        wanted = wanted.where(table.c.digest != identity(but))
    return connection.execute(wanted).rowcount


def of_user(connection: sa.Connection, user_id: str, now: datetime) -> list[Listed]:
    """The living sessions of a user, the last used first."""
    mine = sa.select(table).where(
        table.c.user_id == user_id, table.c.expires_at >= now, table.c.seen_at >= now - IDLE
    )
    rows = connection.execute(mine.order_by(table.c.seen_at.desc(), table.c.digest))
    return [
        Listed(row.digest, row.created_at, row.seen_at, row.expires_at, row.address, row.agent)
        for row in rows
    ]


def same(one: str, other: str) -> bool:
    """Compare secrets without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def identity(token: str) -> str:
    """What a session is stored under."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
