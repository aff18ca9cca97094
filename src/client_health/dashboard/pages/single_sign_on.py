"""Signing in by the identity provider: there, and back. Loaded only where one is configured."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from client_health.accounts import oidc
from client_health.accounts.provider import CALLBACK, Provider, ProviderError
from client_health.accounts.sign_in import SignInRefusedError
from client_health.api.context import Context
from client_health.dashboard import browser
from client_health.dashboard.context import Ctx
from client_health.dashboard.pages.sign_in import Fault, sign_in_page, welcome
from client_health.errors import ConfigError

log = structlog.get_logger(__name__)
router = APIRouter()
TICKET = "client_health_ticket"
MISCONFIGURED = "Signing in by the identity provider is not set up correctly; the log has the details."


def configured_provider(request: Request) -> Provider:
    """The provider of the settings."""
    found: Provider = request.app.state.provider
    return found


Configured = Annotated[Provider, Depends(configured_provider)]


@router.get("/sign-in/oidc")
def depart(request: Request, ctx: Ctx, provider: Configured) -> Response:
    """Send the browser to the provider, with a ticket to bring back."""
    back = browser.own_path(request.query_params.get("next", "/"))
    try:
        departure = oidc.depart(ctx.store, provider, back, ctx.clock())
    except (ProviderError, ConfigError) as fault:
        return _still_here(request, ctx, back, fault)
    response = RedirectResponse(departure.address, 303)
    browser.keep(request, response, ctx.settings.web, TICKET, departure.ticket, oidc.LASTS, "/sign-in")
    return response


@router.get(CALLBACK)
def arrive(request: Request, ctx: Ctx, provider: Configured) -> Response:
    """Begin a session with what the provider sent the browser back with, or say why not."""
    ticket = request.cookies.get(TICKET)
    answer = dict(request.query_params)
    try:
        arrival = oidc.arrive(ctx.store, provider, answer, ticket, browser.origin_of(request), ctx.clock())
    except (SignInRefusedError, ProviderError, ConfigError) as fault:
        response = _still_here(request, ctx, "/", fault)
    else:
        response = welcome(request, ctx, arrival.token, arrival.back)
    browser.drop(request, response, ctx.settings.web, TICKET, "/sign-in")
    return response


def _still_here(request: Request, ctx: Context, back: str, fault: Exception) -> Response:
    """The sign-in page again, which may offer a password, too."""
    if isinstance(fault, SignInRefusedError):
        return sign_in_page(request, ctx, back, fault=Fault(str(fault)))
    if isinstance(fault, ConfigError):
        log.error("the identity provider is not set up", reason=str(fault))
        return sign_in_page(request, ctx, back, fault=Fault(MISCONFIGURED, 503))
    return sign_in_page(request, ctx, back, fault=Fault(str(fault), 503))
