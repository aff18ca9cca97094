"""API keys: made, shown once, replaced, revoked. For administrators."""

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from client_health.accounts.lifetimes import duration, expiry
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Visitor
from client_health.dashboard.pages.users import ROLE_WORDS
from client_health.dashboard.rendering import render
from client_health.store import keys
from client_health.store.keys import ROLES, Role

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/users/keys")
LONGEST_NAME = 100
Lasts = Literal["", "30d", "90d", "365d"]
LASTS: tuple[tuple[Lasts, str], ...] = (
    ("30d", "In 30 days"),
    ("90d", "In 90 days"),
    ("365d", "In a year"),
    ("", "Never"),
)
Overlap = Literal["0h", "1h", "24h", "7d"]
OVERLAPS: tuple[tuple[Overlap, str], ...] = (
    ("24h", "for another day"),
    ("7d", "for another week"),
    ("1h", "for another hour"),
    ("0h", "no longer"),
)


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
    expires: Annotated[Lasts, Form()] = "",
) -> HTMLResponse:
    """Make a key; its secret is shown once."""
    shown, now = " ".join(name.split()), ctx.clock()
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        fault = f"say who or what will use the key, in at most {LONGEST_NAME} characters"
        typed = {"name": name, "role": role, "expires": expires}
        return _page(request, ctx, who, 422, fault=fault, typed=typed)
    end = expiry(expires, "expires", ctx.settings.zone, now) if expires else None
    with ctx.store.write() as connection:
        key, secret = keys.create(connection, shown, role, who.actor, now, end)
    log.info("key created", key=key.id, name=key.name, role=role, by=who.name)
    return _page(request, ctx, who, made=key, secret=secret)


@router.post("/{key_id}/rotate", dependencies=[CheckedForm])
def rotate(
    request: Request, ctx: Ctx, who: Admin, key_id: str, overlap: Annotated[Overlap, Form()] = "24h"
) -> HTMLResponse:
    """Replace a key; its secret is shown once, and for a while the old one still works."""
    both = duration(overlap, "overlap")
    with ctx.store.write() as connection:
        key, secret = keys.rotate(connection, key_id, who.actor, ctx.clock(), both)
    log.info("key rotated", key=key.id, name=key.name, by=who.name)
    return _page(request, ctx, who, made=key, secret=secret)


@router.post("/{key_id}/revoke", dependencies=[CheckedForm])
def revoke(ctx: Ctx, who: Admin, key_id: str) -> Response:
    """Make a key stop working at once."""
    with ctx.store.write() as connection:
        key = keys.revoke(connection, key_id, who.actor, ctx.clock())
    log.info("key revoked", key=key.id, name=key.name, by=who.name)
    return RedirectResponse("/users/keys", 303)


def _page(request: Request, ctx: Context, who: Visitor, status: int = 200, **values: object) -> HTMLResponse:
    now = ctx.clock()
    with ctx.store.read() as connection:
        found = keys.all_keys(connection)
    found.sort(key=lambda key: not key.is_in_force(now))
    empty = {"name": "", "role": "viewer", "expires": "90d"}
    given = {"fault": None, "typed": empty, "made": None, "secret": None} | values
    words = {"roles": ROLES, "role_words": ROLE_WORDS, "lasts": LASTS, "overlaps": OVERLAPS}
    return render(request, "keys.html", who, status, keys=found, now=now, **words, **given)
