"""Signing in by an identity provider: authorization code with PKCE, state and nonce, bound to one browser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from client_health.accounts import claims as meaning
from client_health.accounts import id_token
from client_health.accounts.provider import Provider
from client_health.accounts.sign_in import Origin, SignInRefusedError, begin_session
from client_health.store import audit, sessions, signing_keys, users
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.keys import Role
from client_health.store.users import User

log = structlog.get_logger(__name__)
LASTS = timedelta(minutes=10)
PROVIDER = "identity provider"
_PURPOSE = "sign-in by identity provider"
_NOT_BEGUN = "This sign-in was not begun in this browser, or it took longer than ten minutes. Begin again."


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and the ticket that it must bring back in a cookie."""

    address: str
    ticket: str = field(repr=False)


@dataclass(frozen=True)
class Arrival:
    """The token of the session that was begun, and the page that the visitor had wanted."""

    token: str = field(repr=False)
    back: str


def depart(store: Store, provider: Provider, back: str, now: datetime) -> Departure:
    """Begin: state ties the answer to this browser, nonce the ID token to it, the verifier the code."""
    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
    address = provider.address(state, nonce, verifier, now)
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "back": back}
    times = {"iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp())}
    return Departure(address, jwt.encode({"alg": "HS256"}, kept | times, _key(store, now)))


def arrive(
    store: Store,
    provider: Provider,
    answer: Mapping[str, str],
    ticket: str | None,
    origin: Origin,
    now: datetime,
) -> Arrival:
    """End: what the provider sent the browser back with becomes a session.

    Raises SignInRefusedError or ProviderError.
    """
    begun = _begun(store, ticket, now)
    _check(answer, begun, provider)
    found = provider.exchange(answer["code"], begun["verifier"], now)
    person: dict[str, Any] = id_token.verified(provider, found, begun["nonce"], now)
    settings = provider.settings
    if any(meaning.find(person, claim) is None for claim in (settings.role_claim, settings.name_claim)):
        more = provider.details(found, now)
        if more.get("sub") == person["sub"]:  # or it speaks of somebody else
            person = more | person
    role = meaning.role(person, settings)
    if role is None:
        log.warning("sign-in refused", subject=person["sub"], address=origin.address, reason="no role")
        raise SignInRefusedError(
            "You are known to the identity provider, but you have no role here. Ask an administrator for one."
        )
    with store.write() as connection:
        user = _user(connection, provider, person, role, origin, now)
        return Arrival(begin_session(connection, user, origin, now, PROVIDER), begun["back"])


def _key(store: Store, now: datetime) -> OctKey:
    return OctKey.import_key(signing_keys.get(store, _PURPOSE, now))


def _begun(store: Store, ticket: str | None, now: datetime) -> dict[str, str]:
    """What this browser took along; the signature says that it is ours, the time that it still holds."""
    try:
        token = jwt.decode(ticket or "", _key(store, now), algorithms=["HS256"])
        jwt.JWTClaimsRegistry(int(now.timestamp()), exp={"essential": True}).validate(token.claims)
    except (JoseError, ValueError) as error:
        raise SignInRefusedError(_NOT_BEGUN) from error
    return token.claims


def _check(answer: Mapping[str, str], begun: Mapping[str, str], provider: Provider) -> None:
    if not sessions.same(answer.get("state", ""), begun["state"]):
        raise SignInRefusedError(_NOT_BEGUN)
    if answer.get("iss", provider.settings.issuer) != provider.settings.issuer:
        log.error("sign-in refused", reason="another provider answered")
        raise SignInRefusedError("Another identity provider answered than was asked. Begin again.")
    if "code" not in answer:
        reason = answer.get("error", "")
        plain = reason.isascii() and reason.replace("_", "").isalpha()
        log.warning("sign-in refused by the identity provider", reason=reason[:100])
        why = f" ({reason[:40]})" if plain else ""
        raise SignInRefusedError(f"The identity provider did not sign you in{why}.")


def _user(
    connection: sa.Connection,
    provider: Provider,
    person: Mapping[str, Any],
    role: Role,
    origin: Origin,
    now: datetime,
) -> User:
    """The user behind a subject, made at the first sign-in; role and display name follow the claims."""
    subject = f"{provider.settings.issuer} {person['sub']}"
    user = users.by_subject(connection, subject)
    if user is None:
        name = _free(connection, meaning.user_name(person, provider.settings))
        audit.write(connection, _actor(origin), "user.added", name, now, role=role)
        log.info("user added", user=name, role=role, by=PROVIDER)
        return users.add(connection, name, meaning.display_name(person, name), role, now, subject=subject)
    if user.disabled_at is not None:
        log.warning("sign-in refused", user=user.name, reason="disabled")
        raise SignInRefusedError("This user is disabled here. Ask an administrator.")
    if user.role != role:
        changed = {"role": role, "before": user.role}
        audit.write(connection, _actor(origin), "user.role_changed", user.name, now, **changed)
        log.info("role changed", user=user.name, by=PROVIDER, **changed)
    users.change(connection, user.id, role=role, display_name=meaning.display_name(person, user.name))
    return users.by_id(connection, user.id)


def _actor(origin: Origin) -> Actor:
    return Actor(PROVIDER, "worker", origin.kept)


def _free(connection: sa.Connection, name: str) -> str:
    """A name that nobody has: an identity of the provider never becomes a user that is there already."""
    number = 1
    while users.by_name(connection, free := name if number == 1 else f"{name}#{number}") is not None:
        number += 1
    return free
