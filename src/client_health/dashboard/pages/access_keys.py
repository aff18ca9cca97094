"""API keys: made, shown once, revoked. For administrators."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Visitor
from client_health.dashboard.pages.users import ROLE_WORDS
from client_health.dashboard.rendering import render
from client_health.store import keys
from client_health.store.keys import ROLES, Role

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/users/keys")
LONGEST_NAME = 100


@router.get("")
def show(request: Request, ctx: Ctx, who: Admin) -> HTMLResponse:
    """Every key without its secret, those in force first."""
    return _page(request, ctx, who)


@router.post("", dependencies=[CheckedForm])
def create(
    request: Request,
    ctx: Ctx,
    who: Admin,
    role: Annotated[Role, Form()],
    name: Annotated[str, Form(max_length=2000)] = "",
) -> HTMLResponse:
    """Make a key; its secret is shown once."""
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        fault = f"say who or what will use the key, in at most {LONGEST_NAME} characters"
        return _page(request, ctx, who, 422, fault=fault, typed={"name": name, "role": role})
    with ctx.store.write() as connection:
        key, secret = keys.create(connection, shown, role, ctx.clock())
    log.info("key created", key=key.id, name=key.name, role=role, by=who.name)
    return _page(request, ctx, who, made=key, secret=secret)


@router.post("/{key_id}/revoke", dependencies=[CheckedForm])
def revoke(ctx: Ctx, who: Admin, key_id: str) -> Response:
    """Make a key stop working at once."""
    with ctx.store.write() as connection:
        key = keys.revoke(connection, key_id, ctx.clock())
    log.info("key revoked", key=key.id, name=key.name, by=who.name)
    return RedirectResponse("/users/keys", 303)


def _page(request: Request, ctx: Context, who: Visitor, status: int = 200, **values: object) -> HTMLResponse:
    with ctx.store.read() as connection:
        found = keys.all_keys(connection)
    found.sort(key=lambda key: key.revoked_at is not None)
    empty = {"name": "", "role": "viewer"}
    given = {"fault": None, "typed": empty, "made": None, "secret": None} | values
    return render(request, "keys.html", who, status, keys=found, roles=ROLES, role_words=ROLE_WORDS, **given)
