"""Templates: how figures, days and instants are written, and how a page is put together."""

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from client_health import __version__
from client_health.dashboard.browser import page_shown
from client_health.dashboard.context import Visitor
from client_health.dashboard.static import static_address
from client_health.dashboard.words import FILTERS

THEMES = ("system", "light", "dark")
_SYMBOL = re.compile(r'<symbol id="icon-([a-z-]+)" viewBox="([^"]+)">(.*?)</symbol>')
MOST_ICONS = 256  # that are kept as they were put together: a page draws some of them a hundred times


def render(
    request: Request, template: str, who: Visitor | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page, or the fragment `template` names. Everything is escaped by the template engine."""
    theme = request.cookies.get("theme", "system")
    html = (
        environment()
        .get_template(template)
        .render(
            request=request,
            who=who,
            theme=theme if theme in THEMES else "system",
            row_height="compact" if request.cookies.get("rows") == "compact" else "tall",
            keys_on=request.cookies.get("keys") != "off",
            path=request.url.path,
            here=page_shown(request),
            **values,
        )
    )
    return HTMLResponse(html, status)


def is_fragment_wanted(request: Request) -> bool:
    """Whether htmx asks, and not for a page that it restores from history."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


@cache
def environment() -> Environment:
    """The template engine: autoescaping, and strict about names that are not there."""
    made = Environment(
        loader=PackageLoader("client_health.dashboard"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= FILTERS
    made.globals |= {"static": static_address, "icon": icon, "version": __version__, "now": _now}
    return made


def _now() -> datetime:
    return datetime.now(UTC)


@lru_cache(MOST_ICONS)
def icon(name: str, label: str | None = None) -> Markup:
    """An icon of `icons.html`. Without a label it is decoration, and screen readers pass over it.

    Drawn in place: a reference to a symbol makes the browser build a tree of its own for each.
    """
    described = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    box, drawing = _symbols()[name]
    return Markup('<svg class="icon" width="16" height="16" viewBox="{}" {}>{}</svg>').format(
        box, described, drawing
    )


@cache
def _symbols() -> dict[str, tuple[str, Markup]]:
    """What `icons.html` draws: by name the box and what is in it."""
    text = (resources.files("client_health.dashboard") / "templates" / "icons.html").read_text("utf-8")
    return {name: (box, Markup(drawing)) for name, box, drawing in _SYMBOL.findall(text)}
