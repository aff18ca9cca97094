"""Every request gets an id, a line in the log, a place in the figures and, if asked for, a span.

Never its path, query or body: they may hold secrets. The route's template says what was asked.
"""

import re
import time
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from client_health.api.application import PREFIX
from client_health.telemetry import requests
from client_health.telemetry.tracing import span

HEADER = "X-Request-Id"
LONGEST = 200  # characters of a tenant id, which whoever asks may make up
QUIET = frozenset({"/livez", "/readyz", "/metrics", "/static/{name}"})  # asked all the time: told at DEBUG
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
log = structlog.get_logger(__name__)


class RequestLog:
    """Around a whole application. What it answers carries the request's id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request = _Request(scope, headers.get(HEADER, ""), send)
        with (
            structlog.contextvars.bound_contextvars(request_id=request.id),
            span(request.method, {"http.request.method": request.method}, "server", headers) as tell,
        ):
            try:
                await self._app(scope, receive, request.send)
            except Exception:
                if not request.is_answered:  # else it was logged and answered as a fault of the program
                    raise
            finally:
                tell(request.attributes(), request.title)
                request.note()


class _Request:
    """One request while it is answered. A fault that nobody answers becomes a 500 further out."""

    def __init__(self, scope: Scope, wished_id: str, send: Send) -> None:
        self.id = wished_id if _SANE.fullmatch(wished_id) else uuid.uuid4().hex
        method = scope["method"]
        self.method: str = method if method in requests.METHODS else "other"
        self._scope, self._send = scope, send
        self._status, self._started = 500, time.perf_counter()
        self.is_answered = False
        scope.setdefault("state", {})

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self.id
        await self._send(message)
        self.is_answered = message["type"] == "http.response.body" and not message.get("more_body", False)

    @property
    def _route(self) -> str | None:
        """The route's template; FastAPI keeps the prefix of a router apart from it."""
        template: str | None = getattr(self._scope.get("route"), "path", None)
        if template is None or template.startswith(PREFIX) or not self._scope["path"].startswith(PREFIX):
            return template
        return PREFIX + template

    @property
    def title(self) -> str:
        """Name of the request's span: method and route."""
        return f"{self.method} {self._route}" if self._route else self.method

    def attributes(self) -> dict[str, Any]:
        """What the request's span tells of it."""
        route = {"http.route": self._route} if self._route else {}
        return {"http.response.status_code": self._status, "client_health.request.id": self.id, **route}

    def note(self) -> None:
        """Count it and log it."""
        seconds = time.perf_counter() - self._started
        requests.note(self.method, self._route, self._status, seconds)
        say = log.debug if self._route in QUIET else log.info
        say(
            "request",
            method=self.method,
            route=self._route,
            status=self._status,
            seconds=round(seconds, 4),
            **self._who(),
        )

    def _who(self) -> dict[str, str]:
        """The key or user that asked, and the tenant that was asked about."""
        found = self._scope["state"].get("asked_by", {})
        values = self._scope.get("path_params") or {}
        tenant = values.get("orgId") or values.get("tenant_id")
        return found if tenant is None else {**found, "tenant_id": tenant[:LONGEST]}
