"""One user: role, password, sessions, disabled or not. For administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from client_health.accounts import administration, passwords
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Visitor
from client_health.dashboard.pages.users import ROLE_WORDS
from client_health.dashboard.rendering import render
from client_health.errors import UsageError
from client_health.store import sessions, users
from client_health.store.keys import ROLES, Role

router = APIRouter(prefix="/users/{user_id}")


@router.get("")
def show(request: Request, ctx: Ctx, who: Admin, user_id: str) -> HTMLResponse:
    """What is known of a user, and what may be changed."""
    return _page(request, ctx, who, user_id)


@router.post("/role", dependencies=[CheckedForm])
def change_role(ctx: Ctx, who: Admin, user_id: str, role: Annotated[Role, Form()]) -> Response:
    """Give the user another role."""
    administration.change_role(ctx.store, user_id, role, who.actor, ctx.clock())
    return _back(user_id)


@router.post("", dependencies=[CheckedForm])
def reset_password(
    request: Request,
    ctx: Ctx,
    who: Admin,
    user_id: str,
    password: Annotated[str, Form(max_length=2000)] = "",
) -> HTMLResponse:
    """Give the user a password for the next sign-in; a generated one is shown once."""
    with ctx.store.read() as connection:
        user = users.by_id(connection, user_id)
    chosen = password or passwords.generated()
    try:
        administration.reset_password(ctx.store, user, chosen, who.actor, ctx.clock(), must_change=True)
    except UsageError as fault:
        return _page(request, ctx, who, user_id, 422, fault=str(fault))
    return _page(request, ctx, who, user_id, was_reset=True, password=chosen if not password else None)


@router.post("/sessions", dependencies=[CheckedForm])
def end_sessions(ctx: Ctx, who: Admin, user_id: str) -> Response:
    """Sign the user out everywhere."""
    administration.end_sessions(ctx.store, user_id, who.actor, ctx.clock())
    return _back(user_id)


@router.post("/disable", dependencies=[CheckedForm])
def disable(ctx: Ctx, who: Admin, user_id: str) -> Response:
    """Keep the user out."""
    administration.disable(ctx.store, user_id, who.actor, ctx.clock())
    return _back(user_id)


@router.post("/enable", dependencies=[CheckedForm])
def enable(ctx: Ctx, who: Admin, user_id: str) -> Response:
    """Let the user in again."""
    administration.enable(ctx.store, user_id, who.actor, ctx.clock())
    return _back(user_id)


def _back(user_id: str) -> Response:
    return RedirectResponse(f"/users/{user_id}", 303)


def _page(
    request: Request, ctx: Context, who: Visitor, user_id: str, status: int = 200, **values: object
) -> HTMLResponse:
    with ctx.store.read() as connection:
        user = users.by_id(connection, user_id)
        living = sessions.of_user(connection, user_id, ctx.clock())
        is_last_admin = user.role == "admin" and not users.other_admins(connection, user_id)
    given = {"fault": None, "was_reset": False, "password": None} | values
    return render(
        request,
        "user.html",
        who,
        status,
        user=user,
        sessions=living,
        is_last_admin=is_last_admin,
        roles=ROLES,
        role_words=ROLE_WORDS,
        **given,
    )
