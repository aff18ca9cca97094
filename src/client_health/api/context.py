"""What every endpoint needs: the store, the settings, the clock, and who is calling."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from client_health.api.faults import ForbiddenError, UnauthorizedError
from client_health.errors import StoreError
from client_health.settings.model import Settings
from client_health.store import keys
from client_health.store.engine import Store
from client_health.store.keys import Role

TOUCH_AFTER = timedelta(minutes=1)
_bearer = HTTPBearer(auto_error=False, description="An API key, made by `client-health keys create`.")


@dataclass(frozen=True)
class Context:
    """Shared by all requests of a process."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Caller:
    """Who is calling."""

    name: str
    role: Role


def context(request: Request) -> Context:
    """The context that the application was built with."""
    found: Context = request.app.state.context
    return found


Ctx = Annotated[Context, Depends(context)]


def caller(ctx: Ctx, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    """The key behind the bearer token; raises UnauthorizedError."""
    if credentials is None:
        raise UnauthorizedError("send an API key: Authorization: Bearer <key>")
    with ctx.store.read() as connection:
        key = keys.verify(connection, credentials.credentials)
    if key is None:
        raise UnauthorizedError("this API key is unknown or revoked")
    now = ctx.clock()
    if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
        with suppress(StoreError), ctx.store.write() as connection:  # not worth failing a request for
            keys.touch(connection, key, now)
    return Caller(key.name, key.role)


def at_least(role: Role) -> Any:
    """A dependency: the caller, who has this role or a higher one."""

    def allowed(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if keys.ROLES.index(who.role) < keys.ROLES.index(role):
            raise ForbiddenError(f"this needs the role {role}; the key {who.name!r} has the role {who.role}")
        return who

    return Depends(allowed)


Viewer = Annotated[Caller, at_least("viewer")]
Csm = Annotated[Caller, at_least("csm")]
Admin = Annotated[Caller, at_least("admin")]
