"""What changes a user: added, given another role or password, disabled. One transaction each, and noted."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
import structlog

from client_health.accounts import names, passwords, sign_in
from client_health.accounts.passwords import PasswordRefusedError
from client_health.accounts.sign_in import Origin
from client_health.errors import ConflictError, NotFoundError
from client_health.settings.access import SignInSettings
from client_health.store import audit, sessions, sign_in_failures, users
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.keys import Role
from client_health.store.users import User

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewUser:
    """Somebody to be added. `must_change`: the password is for the first sign-in only."""

    name: str
    role: Role
    password: str = field(repr=False)
    display_name: str = ""
    must_change: bool = False


def add(store: Store, new: NewUser, by: Actor, at: datetime) -> User:
    """Add a user with a password; raises UsageError or ConflictError."""
    name = names.require_name(new.name)
    shown = names.require_display_name(new.display_name, name)
    kept = passwords.accepted(new.password, name)
    with store.write() as connection:
        user = users.add(connection, name, shown, new.role, at, kept, must_change_password=new.must_change)
        audit.write(connection, by, "user.added", name, at, role=new.role)
    log.info("user added", user=name, role=new.role, by=by.name)
    return user


def reset_password(
    store: Store, user: User, password: str, by: Actor, at: datetime, must_change: bool
) -> None:
    """Give a user another password, chosen by somebody else. Their sessions end."""
    _require_password_here(user)
    kept = passwords.accepted(password, user.name)
    with store.write() as connection:
        _keep(connection, user, kept, must_change)
        sessions.end_all(connection, user.id)
        audit.write(connection, by, "user.password_reset", user.name, at)
    log.info("password reset", user=user.name, by=by.name)


@dataclass(frozen=True)
class OwnChange:
    """The passwords that a user typed, and the session in which they did."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    token: str = field(repr=False)
    origin: Origin


def change_own_password(
    store: Store, limits: SignInSettings, user: User, change: OwnChange, now: datetime
) -> None:
    """Give oneself another password. One's other sessions end. Guessing the old one is limited."""
    _require_password_here(user)
    sign_in.prove(store, limits, user.name, change.old, change.origin, now)
    if change.old == change.new:
        raise PasswordRefusedError("the new password is the present one; choose another one")
    kept = passwords.accepted(change.new, user.name)
    with store.write() as connection:
        _keep(connection, user, kept, must_change=False)
        sessions.end_all(connection, user.id, but=change.token)
        own = Actor(user.name, "user", change.origin.kept)
        audit.write(connection, own, "user.password_changed", user.name, now)
    log.info("password changed", user=user.name)


def change_role(store: Store, user_id: str, role: Role, by: Actor, at: datetime) -> User:
    """Give a user another role; it holds at once. The last admin keeps theirs."""
    with store.write() as connection:
        user = users.by_id(connection, user_id)
        if user.subject is not None:
            raise ConflictError(f"the identity provider decides on the role of {user.name!r}")
        if role != "admin":
            _require_another_admin(connection, user)
        users.change(connection, user_id, role=role)
        audit.write(connection, by, "user.role_changed", user.name, at, role=role, before=user.role)
    log.info("role changed", user=user.name, role=role, before=user.role, by=by.name)
    return user


def disable(store: Store, user_id: str, by: Actor, at: datetime) -> User:
    """Keep a user out; their sessions end. The last admin stays."""
    with store.write() as connection:
        user = users.by_id(connection, user_id)
        _require_another_admin(connection, user)
        users.disable(connection, user_id, at)
        audit.write(connection, by, "user.disabled", user.name, at)
    log.info("user disabled", user=user.name, by=by.name)
    return user


def enable(store: Store, user_id: str, by: Actor, at: datetime) -> User:
    """Let a user in again."""
    with store.write() as connection:
        user = users.by_id(connection, user_id)
        users.enable(connection, user_id)
        sign_in_failures.forget(connection, user.name)
        audit.write(connection, by, "user.enabled", user.name, at)
    log.info("user enabled", user=user.name, by=by.name)
    return user


def end_sessions(store: Store, user_id: str, by: Actor, at: datetime) -> User:
    """End every session of a user."""
    with store.write() as connection:
        user = users.by_id(connection, user_id)
        ended = sessions.end_all(connection, user_id)
        audit.write(connection, by, "user.sessions_ended", user.name, at, sessions=ended)
    log.info("sessions ended", user=user.name, sessions=ended, by=by.name)
    return user


def named(store: Store, name: str) -> User:
    """The user of a name; raises NotFoundError."""
    with store.read() as connection:
        user = users.by_name(connection, names.normal(name))
    if user is None:
        raise NotFoundError(f"there is no user {name!r}; `client-health users list` shows them")
    return user


def _keep(connection: sa.Connection, user: User, kept: str, must_change: bool) -> None:
    users.change(connection, user.id, password_hash=kept, must_change_password=must_change)
    sign_in_failures.forget(connection, user.name)


def _require_password_here(user: User) -> None:
    if user.subject is not None:
        raise ConflictError(f"{user.name!r} signs in by the identity provider and has no password here")


def _require_another_admin(connection: sa.Connection, user: User) -> None:
    is_one = user.role == "admin" and user.disabled_at is None
    if is_one and not users.other_admins(connection, user.id, hold=True):
        raise ConflictError(f"{user.name!r} is the last admin; make somebody else an admin first")
