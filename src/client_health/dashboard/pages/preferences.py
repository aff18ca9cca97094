"""What a visitor prefers, kept in cookies: the theme, and whether single keys do something."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from client_health.dashboard.context import CheckedForm, Viewer

router = APIRouter()
YEAR = 31_536_000
Back = Annotated[str, Form(max_length=2000)]


@router.post("/theme", dependencies=[CheckedForm])
def set_theme(
    request: Request,
    _: Viewer,
    theme: Annotated[Literal["system", "light", "dark"], Form()],
    back: Back = "/",
) -> RedirectResponse:
    """Light, dark, or as the system says."""
    return _remember(request, "theme", theme, back)


@router.post("/keys", dependencies=[CheckedForm])
def set_keys(
    request: Request, _: Viewer, keys: Annotated[Literal["on", "off"], Form()], back: Back = "/"
) -> RedirectResponse:
    """Single-key shortcuts on or off (WCAG 2.1.4)."""
    return _remember(request, "keys", keys, back)


def _remember(request: Request, name: str, value: str, back: str) -> RedirectResponse:
    """Back to where the visitor was: the browser knows that with all filters, the form only the path."""
    was = urlsplit(request.headers.get("Referer", ""))
    here = f"{was.path}?{was.query}" if was.query and was.path == back else back
    response = RedirectResponse(own_path(here), 303)
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax")
    return response


def own_path(path: str) -> str:
    """A path of ours to go back to; anything that could lead elsewhere becomes the portfolio."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() else "/"
