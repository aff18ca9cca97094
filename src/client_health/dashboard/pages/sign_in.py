"""Signing in with a password, and out."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from client_health.accounts import sign_in
from client_health.accounts.sign_in import SignInRefusedError, TooManyAttemptsError
from client_health.api.context import Context
from client_health.dashboard import browser
from client_health.dashboard.context import COOKIE, CheckedForm, Ctx, SignedIn, find_visitor
from client_health.dashboard.rendering import render
from client_health.store import sessions, users

router = APIRouter()
FORM_COOKIE = "client_health_form"
FORM_LASTS = timedelta(days=1)
EXPIRED = "This form has expired. Try once more."
Back = Annotated[str, Form(alias="next", max_length=2000)]
Typed = Annotated[str, Form(max_length=10_000)]


@dataclass(frozen=True)
class Fault:
    """Why somebody is still on this page."""

    message: str
    status: int = 403
    wait: int | None = None  # seconds


@router.get("/sign-in")
def show(request: Request, ctx: Ctx) -> Response:
    """The form; whoever is signed in already goes on."""
    back = browser.own_path(request.query_params.get("next", "/"))
    if find_visitor(request, ctx) is not None:
        return RedirectResponse(back, 303)
    return sign_in_page(request, ctx, back)


@router.post("/sign-in")
def enter(
    request: Request, ctx: Ctx, name: Typed = "", password: Typed = "", form: Typed = "", back: Back = "/"
) -> Response:
    """Begin a session, or say in place why not."""
    back = browser.own_path(back)
    if not is_own_form(request, ctx, form):
        return sign_in_page(request, ctx, back, name, Fault(EXPIRED))
    try:
        token = sign_in.by_password(
            ctx.store, ctx.settings.sign_in, name, password, browser.origin_of(request), ctx.clock()
        )
    except TooManyAttemptsError as refusal:
        return sign_in_page(request, ctx, back, name, Fault(str(refusal), 429, refusal.seconds))
    except SignInRefusedError as refusal:
        return sign_in_page(request, ctx, back, name, Fault(str(refusal), 422))
    return welcome(request, ctx, token, back)


@router.post("/sign-out", dependencies=[CheckedForm])
def leave(request: Request, ctx: Ctx, who: SignedIn) -> Response:
    """End the session in the store; the cookie alone would open nothing any more."""
    sign_in.end_session(ctx.store, request.cookies[COOKIE], who.actor, ctx.clock())
    response = RedirectResponse("/sign-in", 303)
    browser.drop(request, response, ctx.settings.web, COOKIE, "/")
    return response


def sign_in_page(
    request: Request, ctx: Context, back: str, name: str = "", fault: Fault | None = None
) -> Response:
    """The form, with a token that must come back both with it and in a cookie: there is no session yet."""
    with ctx.store.read() as connection:
        is_first_run = users.is_empty(connection)
    kept = request.cookies.get(FORM_COOKIE, "")
    form = kept if len(kept) >= 32 else secrets.token_urlsafe(32)
    oidc = ctx.settings.oidc
    response = render(
        request,
        "sign_in.html",
        status=fault.status if fault else 200,
        back=back,
        name=name[:200],
        fault=fault,
        form=form,
        is_first_run=is_first_run,
        provider=oidc.label if oidc else None,
    )
    browser.keep(request, response, ctx.settings.web, FORM_COOKIE, form, FORM_LASTS, "/sign-in")
    if fault and fault.wait:
        response.headers["Retry-After"] = str(fault.wait)
    return response


def is_own_form(request: Request, ctx: Context, form: str) -> bool:
    """Whether our sign-in page sent it: with this browser's token, and from no other site."""
    kept = request.cookies.get(FORM_COOKIE, "")
    return (
        len(kept) >= 32
        and sessions.same(form, kept)
        and not browser.is_from_elsewhere(request, ctx.settings.web)
    )


def welcome(request: Request, ctx: Context, token: str, back: str) -> Response:
    """Go on with the session that has begun. A session that this browser had before ends."""
    _end_present_session(request, ctx)
    response = RedirectResponse(browser.own_path(back), 303)
    browser.keep(request, response, ctx.settings.web, COOKIE, token, sessions.LONGEST, "/")
    browser.drop(request, response, ctx.settings.web, FORM_COOKIE, "/sign-in")
    return response


def _end_present_session(request: Request, ctx: Context) -> None:
    token = request.cookies.get(COOKIE)
    if token:
        with ctx.store.write() as connection:
            sessions.end(connection, token)
