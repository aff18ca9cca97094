"""Headers that tell browsers what an answer may do: on every answer, pages, API and faults alike."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_PATHS = ("/api/", "/livez", "/readyz", "/metrics", "/openapi.json")
DOCS = "/docs"
# Nothing that the API answers is a page; a browser that takes it for one must load nothing.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_OURS = (
    "default-src 'none'; script-src 'self'{more}; style-src 'self'{more}; img-src 'self'{data}; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY = _OURS.format(more="", data="")
# The documentation page starts itself by a script and styles within it, and draws its arrows as data.
DOCS_POLICY = _OURS.format(more=" 'unsafe-inline'", data=" data:")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
Headers = tuple[tuple[bytes, bytes], ...]


class SecurityHeaders:
    """Adds the headers that an answer does not set itself. `is_https`: people reach the service by TLS."""

    def __init__(self, app: ASGIApp, is_https: bool) -> None:
        self._app, self._is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = _headers_of(scope["path"])
        if self._is_https or scope["scheme"] == "https":
            wanted = (*wanted, STRICT_TRANSPORT)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [one for one in wanted if one[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _headers_of(path: str) -> Headers:
    if path.startswith(API_PATHS):
        return _API
    return _DOCS if path == DOCS or path.startswith(f"{DOCS}/") else _PAGES


def _with_policy(policy: str) -> Headers:
    named = {"Content-Security-Policy": policy, **ALWAYS}
    return tuple((name.lower().encode(), value.encode()) for name, value in named.items())


_API, _DOCS, _PAGES = _with_policy(API_POLICY), _with_policy(DOCS_POLICY), _with_policy(PAGE_POLICY)
