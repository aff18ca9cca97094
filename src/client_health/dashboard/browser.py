"""What a request tells of the browser that sent it, and the cookies that it is given."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from client_health.accounts.sign_in import Origin
from client_health.api.context import address_of
from client_health.settings.access import WebSettings

# In this order: browsers name those that they are derived from, too.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def origin_of(request: Request) -> Origin:
    """Address and kind of the browser. Of a trusted proxy, the address is the one that it forwards."""
    return Origin(address_of(request), request.headers.get("user-agent"))


def named(agent: str | None) -> str:
    """A browser as people know it: Firefox on Windows."""
    name = next((name for mark, name in BROWSERS if mark in (agent or "")), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in (agent or "")), None)
    return f"{name} on {system}" if system else name


def is_from_elsewhere(request: Request, web: WebSettings) -> bool:
    """Whether the browser says that another site sent this form; some browsers say nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    if origin is None or origin == web.public_url:
        return False
    return origin.partition("://")[2].lower() != request.headers.get("host", "").lower()


def own_path(path: str) -> str:
    """A path of ours to go back to; anything that could lead elsewhere becomes the portfolio."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() else "/"


def page_shown(request: Request) -> str:
    """The address of the page that the visitor sees; of a form that was answered, where it was sent from."""
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        return _with_query(request.url.path, request.url.query)
    there = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return own_path(_with_query(there.path, there.query))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def keep(
    request: Request, response: Response, web: WebSettings, name: str, value: str, lasts: timedelta, path: str
) -> None:
    """Give the browser a cookie that scripts cannot read, that other sites' forms do not send, and that
    crosses no unencrypted line where there is TLS."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path=path,
        secure=_is_secure(request, web),
        httponly=True,
        samesite="lax",
    )


def drop(request: Request, response: Response, web: WebSettings, name: str, path: str) -> None:
    """Take a cookie back."""
    keep(request, response, web, name, "", timedelta(0), path)


def _is_secure(request: Request, web: WebSettings) -> bool:
    return request.url.scheme == "https" or web.is_https
