"""One's own account: another password, and the places where one is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from client_health.accounts import administration
from client_health.accounts.administration import OwnChange
from client_health.accounts.passwords import PasswordRefusedError
from client_health.accounts.sign_in import SignInRefusedError, TooManyAttemptsError
from client_health.api.context import Context
from client_health.dashboard import browser
from client_health.dashboard.context import COOKIE, CheckedForm, Ctx, SignedIn, Viewer, Visitor
from client_health.dashboard.rendering import render
from client_health.store import audit, sessions, users

router = APIRouter(prefix="/account")
Typed = Annotated[str, Form(max_length=10_000)]
WRONG = "The present password is wrong."


@router.get("")
def show(request: Request, ctx: Ctx, who: SignedIn) -> HTMLResponse:
    """Who I am here, and where I am signed in."""
    return _page(request, ctx, who, changed="changed" in request.query_params)


@router.post("", dependencies=[CheckedForm])
def change_password(
    request: Request, ctx: Ctx, who: SignedIn, old: Typed = "", new: Typed = "", again: Typed = ""
) -> Response:
    """Choose another password; one's other sessions end."""
    if new != again:
        return _page(request, ctx, who, 422, fault="The two new passwords differ.")
    with ctx.store.read() as connection:
        user = users.by_id(connection, who.user_id)
    change = OwnChange(old, new, request.cookies[COOKIE], browser.origin_of(request))
    try:
        administration.change_own_password(ctx.store, ctx.settings.sign_in, user, change, ctx.clock())
    except TooManyAttemptsError as refusal:
        return _page(request, ctx, who, 429, fault=str(refusal))
    except SignInRefusedError:
        return _page(request, ctx, who, 422, fault=WRONG)
    except PasswordRefusedError as refusal:
        return _page(request, ctx, who, 422, fault=str(refusal))
    return RedirectResponse("/account?changed", 303)


@router.post("/sessions", dependencies=[CheckedForm])
def end_others(request: Request, ctx: Ctx, who: Viewer) -> Response:
    """Sign out everywhere but here."""
    with ctx.store.write() as connection:
        ended = sessions.end_all(connection, who.user_id, but=request.cookies[COOKIE])
        audit.write(connection, who.actor, "user.sessions_ended", who.name, ctx.clock(), sessions=ended)
    return RedirectResponse("/account", 303)


@router.post("/sessions/{session_id}/end", dependencies=[CheckedForm])
def end_one(ctx: Ctx, who: Viewer, session_id: str) -> Response:
    """Sign out in one place."""
    with ctx.store.write() as connection:
        sessions.end_one(connection, who.user_id, session_id)
        audit.write(connection, who.actor, "user.sessions_ended", who.name, ctx.clock(), sessions=1)
    return RedirectResponse("/account", 303)


def _page(request: Request, ctx: Context, who: Visitor, status: int = 200, **values: object) -> HTMLResponse:
    with ctx.store.read() as connection:
        user = users.by_id(connection, who.user_id)
        living = [
            (one, browser.named(one.agent)) for one in sessions.of_user(connection, who.user_id, ctx.clock())
        ]
    given = {"fault": None, "changed": False} | values
    mine = sessions.identity(request.cookies[COOKIE])
    return render(request, "account.html", who, status, user=user, sessions=living, mine=mine, **given)
