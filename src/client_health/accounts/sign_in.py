"""Signing in with name and password, a limited number of times."""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from client_health.accounts import names, passwords
from client_health.errors import ClientHealthError
from client_health.settings.access import SignInSettings
from client_health.store import audit, sessions, sign_in_failures, users
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.users import User

log = structlog.get_logger(__name__)
LONGEST_AGENT, LONGEST_ADDRESS = 300, 100
NOBODY = "(unknown)"  # the log does not repeat what a stranger typed: it may be a password
WRONG = "Name or password is wrong."


class SignInRefusedError(ClientHealthError):
    """Whoever tries may not sign in; the message is for them and tells nothing about the account."""


class TooManyAttemptsError(SignInRefusedError):
    """Too many failures of this name, or from this address."""

    def __init__(self, seconds: float) -> None:
        minutes = math.ceil(seconds / 60)
        waiting = f"{minutes} minute{'s' if minutes != 1 else ''}"
        super().__init__(f"Too many attempts. Wait {waiting} and try again.")
        self.seconds = math.ceil(seconds)


@dataclass(frozen=True)
class Origin:
    """From where somebody signs in."""

    address: str
    agent: str | None = None

    @property
    def kept(self) -> str:
        """As much of the address as is kept: a proxy may forward anything."""
        return self.address[:LONGEST_ADDRESS]


def by_password(
    store: Store, limits: SignInSettings, name: str, password: str, origin: Origin, now: datetime
) -> str:
    """Begin a session; returns its token, or raises SignInRefusedError."""
    user = prove(store, limits, name, password, origin, now)
    with store.write() as connection:
        return begin_session(connection, user, origin, now, "password")


def prove(
    store: Store, limits: SignInSettings, name: str, password: str, origin: Origin, now: datetime
) -> User:
    """The user who has this name and password; raises SignInRefusedError.

    An attempt counts as failed until it has succeeded, so many at once do not pass the limit together.
    """
    name = names.normal(name)
    with store.write() as connection:
        known = users.by_name(connection, name) if name.isprintable() else None
        told = {"user": known.name if known else NOBODY, "address": origin.address}
        is_borne = _note_attempt(connection, limits, name, origin, now)
        if not is_borne:
            _note_refusal(connection, limits, known, origin, now)
    if not is_borne:
        log.warning("sign-in refused", reason="too many attempts", **told)
        raise TooManyAttemptsError(limits.window)
    user = known if known is not None and known.disabled_at is None else None
    found = passwords.check(password, user.password_hash if user else None)
    if user is None or not found.is_right:
        log.warning("sign-in refused", reason="name or password", **told)
        raise SignInRefusedError(WRONG)
    with store.write() as connection:
        _require_unchanged(connection, user, password)
        sign_in_failures.forget(connection, user.name)
        if found.renewed is not None:
            users.renew_hash(connection, user.id, user.password_hash, found.renewed)
    return user


def _require_unchanged(connection: sa.Connection, checked: User, password: str) -> None:
    """Raise SignInRefusedError where the user was disabled or reset while the password was checked."""
    user = users.by_id(connection, checked.id)
    is_same = user.password_hash == checked.password_hash
    if user.disabled_at is not None or not (
        is_same or passwords.check(password, user.password_hash).is_right
    ):
        raise SignInRefusedError(WRONG)


def _note_attempt(
    connection: sa.Connection, limits: SignInSettings, name: str, origin: Origin, now: datetime
) -> bool:
    """Whether one more attempt is borne; if so, it is noted as a failure for the time being."""
    since, address = now - timedelta(seconds=limits.window), network(origin.address)
    sign_in_failures.take_turn(connection)
    failures = sign_in_failures.count(connection, name, address, since)
    if failures.of_name >= limits.failures_per_account or failures.of_address >= limits.failures_per_address:
        return False
    sign_in_failures.note(connection, name, address, now, since)
    return True


def _note_refusal(
    connection: sa.Connection, limits: SignInSettings, known: User | None, origin: Origin, now: datetime
) -> None:
    """Once per window, user and address: whoever guesses must not fill the audit log."""
    stranger, target = Actor(NOBODY, "user", origin.kept), known.name if known else None
    since = now - timedelta(seconds=limits.window)
    if not audit.is_noted(connection, stranger, "sign_in.refused", target, since):
        audit.write(connection, stranger, "sign_in.refused", target, now, reason="too many attempts")


def begin_session(connection: sa.Connection, user: User, origin: Origin, now: datetime, by: str) -> str:
    """Begin the session of a user who has shown who they are; returns its token."""
    agent = (origin.agent or "")[:LONGEST_AGENT] or None
    log.info("signed in", user=user.name, role=user.role, address=origin.address, by=by)
    audit.write(connection, Actor(user.name, "user", origin.kept), "user.signed_in", user.name, now, way=by)
    return sessions.begin(connection, user.id, now, origin.kept, agent)


def end_session(store: Store, token: str, by: Actor, now: datetime) -> None:
    """End the session of somebody who signs out; its cookie opens nothing any more."""
    with store.write() as connection:
        sessions.end(connection, token)
        audit.write(connection, by, "user.signed_out", by.name, now)
    log.info("signed out", user=by.name)


def network(address: str) -> str:
    """What counts as one address: of IPv6, the network of 64 bits that one household or host has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:LONGEST_ADDRESS]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
