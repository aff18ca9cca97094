"""Users: who may sign in, and adding somebody. For administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from client_health.accounts import administration, passwords
from client_health.accounts.administration import NewUser
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Visitor
from client_health.dashboard.rendering import render
from client_health.errors import ConflictError, UsageError
from client_health.store import users
from client_health.store.keys import ROLES, Role

router = APIRouter()
Text = Annotated[str, Form(max_length=2000)]
ROLE_WORDS = {
    "viewer": "reads everything",
    "csm": "also recalculates a tenant, sets alert levels, writes notes",
    "admin": "also runs all tenants, publishes scorecards, manages users and keys",
}


@router.get("/users")
def show(request: Request, ctx: Ctx, who: Admin) -> HTMLResponse:
    """Everybody who may sign in, and who was disabled."""
    return _page(request, ctx, who)


@router.post("/users", dependencies=[CheckedForm])
def add(
    request: Request,
    ctx: Ctx,
    who: Admin,
    role: Annotated[Role, Form()],
    name: Text = "",
    display_name: Text = "",
    password: Text = "",
) -> HTMLResponse:
    """Add a user. The password, chosen here or generated, is for the first sign-in and shown once."""
    chosen = password or passwords.generated()
    wanted = NewUser(name, role, chosen, display_name, must_change=True)
    typed = {"name": name, "display_name": display_name, "role": role}
    try:
        user = administration.add(ctx.store, wanted, who.actor, ctx.clock())
    except (UsageError, ConflictError) as fault:
        return _page(request, ctx, who, 422, fault=str(fault), typed=typed)
    return _page(request, ctx, who, made=user, password=chosen if not password else None)


def _page(request: Request, ctx: Context, who: Visitor, status: int = 200, **values: object) -> HTMLResponse:
    with ctx.store.read() as connection:
        found = users.all_users(connection)
    empty = {"name": "", "display_name": "", "role": "csm"}
    given = {"fault": None, "typed": empty, "made": None, "password": None} | values
    return render(
        request, "users.html", who, status, users=found, roles=ROLES, role_words=ROLE_WORDS, **given
    )
