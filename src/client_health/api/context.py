"""What every endpoint needs: the store, the settings, the clock, and who is calling."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from client_health.accounts.sign_in import LONGEST_ADDRESS
from client_health.api.faults import ForbiddenError, UnauthorizedError
from client_health.api.limits import RateLimits
from client_health.errors import KeyExpiredError, StoreError
from client_health.settings.model import Settings
from client_health.store import keys
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.keys import ApiKey, Role

TOUCH_AFTER = timedelta(minutes=1)
UNKNOWN = "unknown"
_DESCRIPTION = "An API key, made by `client-health keys create`."


@dataclass(frozen=True)
class Context:
    """Shared by all requests of a process."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]
    limits: RateLimits

    @classmethod
    def of(cls, store: Store, settings: Settings, clock: Callable[[], datetime]) -> Self:
        """The context of one process, which counts requests from now on."""
        return cls(store, settings, clock, RateLimits(settings.web))


@dataclass(frozen=True)
class Caller:
    """Who is calling."""

    name: str
    role: Role
    address: str

    @property
    def actor(self) -> Actor:
        """As the audit log knows them."""
        return Actor(self.name, "key", self.address)


# A dependency that waits for nothing is `async`: the others each cost a way to a thread and back.
async def context(request: Request) -> Context:
    """The context that the application was built with."""
    found: Context = request.app.state.context
    return found


Ctx = Annotated[Context, Depends(context)]


def caller(request: Request) -> Caller:
    """The key behind the bearer token; raises UnauthorizedError or TooManyRequestsError."""
    ctx: Context = request.app.state.context
    address, now = address_of(request), ctx.clock()
    scheme, secret = get_authorization_scheme_param(request.headers.get("Authorization"))
    secret = secret if scheme.lower() == "bearer" else ""
    stranger = ctx.limits.admit(secret, address)
    if not secret:
        raise UnauthorizedError("send an API key: Authorization: Bearer <key>")
    key = _verified(ctx, secret, stranger, now)
    ctx.limits.count("API key", key.id)
    if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
        with suppress(StoreError), ctx.store.write() as connection:  # not worth failing a request for
            keys.touch(connection, key, now)
    request.state.asked_by = {"key": key.name}  # for the line in the log
    return Caller(key.name, key.role, address)


def address_of(request: Request) -> str:
    """Where a request is from. Of a trusted proxy, the address that it forwards."""
    return request.client.host[:LONGEST_ADDRESS] if request.client else UNKNOWN


def _verified(ctx: Context, secret: str, stranger: str | None, now: datetime) -> ApiKey:
    try:
        with ctx.store.glance() as connection:
            key = keys.verify(connection, secret, now)
    except KeyExpiredError:
        ctx.limits.note(secret, stranger, is_valid=False)
        raise
    ctx.limits.note(secret, stranger, is_valid=key is not None)
    if key is None:
        raise UnauthorizedError("this API key is unknown or revoked")
    return key


class KeyOf(HTTPBearer):
    """A dependency: the caller, who has this role or a higher one.

    One function for a request, in a thread: a chain of dependencies takes longer than the store to answer.
    """

    def __init__(self, role: Role) -> None:
        super().__init__(scheme_name="HTTPBearer", auto_error=False, description=_DESCRIPTION)
        self._role = role

    def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """Who is calling; raises UnauthorizedError, ForbiddenError or TooManyRequestsError."""
        who = caller(request)
        if keys.ROLES.index(who.role) < keys.ROLES.index(self._role):
            raise ForbiddenError(
                f"this needs the role {self._role}; the key {who.name!r} has the role {who.role}"
            )
        return who


Viewer = Annotated[Caller, Depends(KeyOf("viewer"))]
Csm = Annotated[Caller, Depends(KeyOf("csm"))]
Admin = Annotated[Caller, Depends(KeyOf("admin"))]
