"""What a visitor prefers, kept in cookies: theme, height of rows, whether single keys do something."""

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from client_health.dashboard.browser import keep, own_path, page_shown
from client_health.dashboard.context import CheckedForm, Ctx, Viewer
from client_health.settings.access import WebSettings

router = APIRouter()
YEAR = timedelta(days=365)
Back = Annotated[str, Form(max_length=2000)]


@router.post("/theme", dependencies=[CheckedForm])
def set_theme(
    request: Request,
    ctx: Ctx,
    _: Viewer,
    theme: Annotated[Literal["system", "light", "dark"], Form()],
    back: Back = "/",
) -> RedirectResponse:
    """Light, dark, or as the system says."""
    return _remember(request, ctx.settings.web, "theme", theme, back)


@router.post("/keys", dependencies=[CheckedForm])
def set_keys(
    request: Request, ctx: Ctx, _: Viewer, keys: Annotated[Literal["on", "off"], Form()], back: Back = "/"
) -> RedirectResponse:
    """Single-key shortcuts on or off (WCAG 2.1.4)."""
    return _remember(request, ctx.settings.web, "keys", keys, back)


@router.post("/rows", dependencies=[CheckedForm])
def set_rows(
    request: Request,
    ctx: Ctx,
    _: Viewer,
    rows: Annotated[Literal["tall", "compact"], Form()],
    back: Back = "/",
) -> RedirectResponse:
    """Rows of tables: tall ones, or more of them on a screen."""
    return _remember(request, ctx.settings.web, "rows", rows, back)


def _remember(request: Request, web: WebSettings, name: str, value: str, back: str) -> RedirectResponse:
    """Back to where the visitor was. The form knows the address that it came with; the browser knows what
    the filters made of it since."""
    shown = page_shown(request)
    here = shown if urlsplit(shown).path == urlsplit(back).path else back
    response = RedirectResponse(own_path(here), 303)
    keep(request, response, web, name, value, YEAR, "/")
    return response
