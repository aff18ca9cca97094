"""Users of the dashboard. Passwords are kept as argon2id hashes, made and checked in `accounts`."""

import uuid
from dataclasses import dataclass, field, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from client_health.errors import ConflictError, NotFoundError
from client_health.store.keys import Role
from client_health.store.schema import sessions
from client_health.store.schema import users as table


@dataclass(frozen=True)
class User:
    """Somebody who may sign in, unless disabled. `password_hash` None: by the identity provider only."""

    id: str
    name: str
    display_name: str
    role: Role
    password_hash: str | None = field(repr=False)
    subject: str | None
    created_at: datetime
    last_sign_in_at: datetime | None
    disabled_at: datetime | None
    must_change_password: bool = False


def add(
    connection: sa.Connection,
    name: str,
    display_name: str,
    role: Role,
    at: datetime,
    password_hash: str | None = None,
    subject: str | None = None,
    must_change_password: bool = False,
) -> User:
    """Add a user; raises ConflictError where the name is taken, whatever its case."""
    if by_name(connection, name) is not None:
        raise ConflictError(f"there is a user {name!r} already")
    key = uuid.uuid4().hex
    values = {
        "id": key,
        "name": name.casefold(),
        "display_name": display_name,
        "role": role,
        "password_hash": password_hash,
        "subject": subject,
        "created_at": at,
        "must_change_password": must_change_password,
    }
    try:
        connection.execute(sa.insert(table).values(values))
    except IntegrityError:  # somebody else was faster
        raise ConflictError(f"there is a user {name!r} already") from None
    return by_id(connection, key)


def change(connection: sa.Connection, user_id: str, **values: object) -> None:
    """Change columns of a user."""
    connection.execute(sa.update(table).where(table.c.id == user_id).values(**values))


def renew_hash(connection: sa.Connection, user_id: str, old: str | None, new: str) -> None:
    """Keep the same password under newer parameters, unless it was changed in the meantime."""
    mine = (table.c.id == user_id) & (table.c.password_hash == old)
    connection.execute(sa.update(table).where(mine).values(password_hash=new))


def disable(connection: sa.Connection, user_id: str, at: datetime) -> None:
    """Keep a user from signing in, and end every session of theirs."""
    change(connection, user_id, disabled_at=at)
    connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))


def enable(connection: sa.Connection, user_id: str) -> None:
    """Let a user sign in again."""
    change(connection, user_id, disabled_at=None)


def is_empty(connection: sa.Connection) -> bool:
    """Whether nobody can sign in yet, because there is no user at all."""
    return connection.execute(sa.select(table.c.id).limit(1)).one_or_none() is None


def other_admins(connection: sa.Connection, user_id: str, hold: bool = False) -> int:
    """How many enabled admins there are besides this user. `hold`: they stay so for this transaction."""
    wanted = sa.select(table.c.id).where(table.c.role == "admin", table.c.disabled_at.is_(None))
    found = connection.scalars(wanted.with_for_update() if hold else wanted)
    return len(set(found) - {user_id})


def by_id(connection: sa.Connection, user_id: str) -> User:
    """One user; raises NotFoundError."""
    row = connection.execute(sa.select(table).where(table.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such user")
    return _user(row)


def by_name(connection: sa.Connection, name: str) -> User | None:
    """The user of a name, whatever its case."""
    row = connection.execute(sa.select(table).where(table.c.name == name.casefold())).one_or_none()
    return None if row is None else _user(row)


def by_subject(connection: sa.Connection, subject: str) -> User | None:
    """The user that an identity provider knows by this subject."""
    row = connection.execute(sa.select(table).where(table.c.subject == subject)).one_or_none()
    return None if row is None else _user(row)


def all_users(connection: sa.Connection) -> list[User]:
    """Every user by name, disabled ones too."""
    return [_user(row) for row in connection.execute(sa.select(table).order_by(table.c.name))]


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(**{one.name: row._mapping[one.name] for one in fields(User)})
