"""Templates: how figures, days and instants are written, and how a page is put together."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from client_health import __version__
from client_health.dashboard.browser import page_shown
from client_health.dashboard.context import Visitor
from client_health.dashboard.words import FILTERS

STATIC = resources.files("client_health.dashboard") / "static"
THEMES = ("system", "light", "dark")


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
    )
    made.filters |= FILTERS
    made.globals |= {"static": static_address, "icon": icon, "version": __version__, "now": _now}
    return made


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def static_address(name: str) -> str:
    """The address of a static file, with a hash of its content in it: it may be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    stem, _, kind = name.rpartition(".")
    return f"/static/{stem}.{digest}.{kind}"


def icon(name: str, label: str | None = None) -> Markup:
    """An icon of `icons.html`. Without a label it is decoration, and screen readers pass over it."""
    described = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" width="16" height="16" {}><use href="#icon-{}"></use></svg>').format(
        described, name
    )
