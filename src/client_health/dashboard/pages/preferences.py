"""What a visitor prefers, kept in cookies: the theme, and whether single keys do something."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from client_health.dashboard.context import CheckedForm, Viewer

router = APIRouter()
YEAR = 31_536_000
Back = Annotated[str, Form(max_length=2000)]


@router.post("/theme", dependencies=[CheckedForm])
def set_theme(
    _: Viewer, theme: Annotated[Literal["system", "light", "dark"], Form()], back: Back = "/"
) -> RedirectResponse:
    """Light, dark, or as the system says."""
    return _remember("theme", theme, back)


@router.post("/keys", dependencies=[CheckedForm])
def set_keys(_: Viewer, keys: Annotated[Literal["on", "off"], Form()], back: Back = "/") -> RedirectResponse:
    """Single-key shortcuts on or off (WCAG 2.1.4)."""
    return _remember("keys", keys, back)


def _remember(name: str, value: str, back: str) -> RedirectResponse:
    response = RedirectResponse(own_path(back), 303)
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax")
    return response


def own_path(path: str) -> str:
    """A path of ours to go back to; anything that could lead elsewhere becomes the portfolio."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() else "/"
