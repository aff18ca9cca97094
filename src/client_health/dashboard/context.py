"""What every page needs: the store, the settings, the clock, and who is signed in."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from client_health.api.context import Context, address_of
from client_health.dashboard.browser import is_from_elsewhere
from client_health.errors import ClientHealthError
from client_health.store import sessions
from client_health.store.audit import Actor
from client_health.store.keys import ROLES, Role

COOKIE = "client_health_session"
TOUCH_AFTER = timedelta(minutes=5)


class SignInNeededError(ClientHealthError):
    """Nobody is signed in; the visitor is sent to the sign-in page and back."""


class PasswordChangeNeededError(ClientHealthError):
    """Somebody else chose the visitor's password; they are sent to choose their own."""


class NotAllowedError(ClientHealthError):
    """The visitor's role does not allow this, or the form was not sent by one of our pages."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in. `csrf` belongs to the session and must come back with every form."""

    user_id: str
    name: str
    display_name: str
    role: Role
    csrf: str = field(repr=False)
    address: str
    must_change_password: bool = False

    @property
    def actor(self) -> Actor:
        """As the audit log knows them."""
        return Actor(self.name, "user", self.address)

    def may(self, role: Role) -> bool:
        """Whether the visitor has this role or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


# A dependency that waits for nothing is `async`: the others each cost a way to a thread and back.
async def context(request: Request) -> Context:
    """The context that the application was built with."""
    found: Context = request.app.state.context
    return found


Ctx = Annotated[Context, Depends(context)]


def signed_in(request: Request, ctx: Ctx) -> Visitor:
    """Who is signed in, even if they must choose a password before all else; raises SignInNeededError."""
    found = find_visitor(request, ctx)
    if found is None:
        raise SignInNeededError("sign in first")
    return found


async def visitor(who: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Who is signed in; raises SignInNeededError or PasswordChangeNeededError."""
    if who.must_change_password:
        raise PasswordChangeNeededError("choose a password of your own first")
    return who


def find_visitor(request: Request, ctx: Context) -> Visitor | None:
    """Who is signed in, if anybody is. Asked once per request, which is when the request is counted.

    Raises TooManyRequestsError; the page that says so is for nobody.
    """
    if not hasattr(request.state, "visitor"):
        request.state.visitor = None
        request.state.visitor = _count(request, ctx)
    found: Visitor | None = request.state.visitor
    return found


def counted(request: Request, ctx: Ctx) -> None:
    """Count the request before anything is done for it."""
    find_visitor(request, ctx)


def _count(request: Request, ctx: Context) -> Visitor | None:
    token, address = request.cookies.get(COOKIE, ""), address_of(request)
    stranger = ctx.limits.admit(token, address)
    found = _session(ctx, token, address) if token else None
    ctx.limits.note(token, stranger, is_valid=found is not None)
    if found is not None:
        request.state.asked_by = {"user": found.name}  # for the line in the log
        ctx.limits.count("user", found.user_id)
    return found


def _session(ctx: Context, token: str, address: str) -> Visitor | None:
    now = ctx.clock()
    with ctx.store.read() as connection:
        session = sessions.find(connection, token, now)
    if session is None:
        return None
    if now - session.seen_at > TOUCH_AFTER:
        with ctx.store.write() as connection:
            sessions.touch(connection, token, now)
    user, csrf = session.user, session.csrf
    return Visitor(user.id, user.name, user.display_name, user.role, csrf, address, user.must_change_password)


async def checked_form(request: Request, ctx: Ctx, who: Annotated[Visitor, Depends(signed_in)]) -> None:
    """Refuse a form that none of our pages sent: its token must be the session's."""
    if is_from_elsewhere(request, ctx.settings.web):
        raise NotAllowedError("this form was sent from another site")
    sent = request.headers.get("X-CSRF-Token")
    if sent is None:
        sent = str((await request.form()).get("csrf", ""))
    if not sessions.same(sent, who.csrf):
        raise NotAllowedError("this form has expired; load the page again and send it once more")


def at_least(role: Role) -> Any:
    """A dependency: the visitor, who has this role or a higher one."""

    async def allowed(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
        if not who.may(role):
            raise NotAllowedError(f"this needs the role {role}; you have the role {who.role}")
        return who

    return Depends(allowed)


SignedIn = Annotated[Visitor, Depends(signed_in)]
Viewer = Annotated[Visitor, at_least("viewer")]
Csm = Annotated[Visitor, at_least("csm")]
Admin = Annotated[Visitor, at_least("admin")]
CheckedForm = Depends(checked_form)
Counted = Depends(counted)
