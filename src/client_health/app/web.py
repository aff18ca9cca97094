"""API and dashboard as one application: the API keeps its paths, everything else is a page."""

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Scope

from client_health.api.application import create_api
from client_health.api.faults import unknown_path
from client_health.app.body_limit import BodyLimit
from client_health.app.request_log import RequestLog
from client_health.app.security_headers import SecurityHeaders
from client_health.dashboard.application import create_dashboard
from client_health.instants import utc_now
from client_health.settings.model import Settings
from client_health.store.engine import Store


def create_app(
    store: Store,
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    own_worker: Callable[[], bool] | None = None,
) -> ASGIApp:
    """Everything that one process serves, over an open, migrated store. `own_worker`: whether it is alive."""
    app = create_api(store, settings, clock)
    app.state.own_worker = own_worker
    app.router.routes.append(_Rest("/api", app=unknown_path))
    app.router.routes.append(_Rest("/", app=create_dashboard(store, settings, clock)))
    guarded = SecurityHeaders(BodyLimit(app, settings.web.max_body_kb * 1024), settings.web.is_https)
    return RequestLog(guarded)  # around all others, so that it tells of what they refuse too


class _Rest(Mount):
    """What answers where no path fits.

    It never claims to fit, so a path of the API asked with another method stays the API's, and is 405.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, inner = super().matches(scope)
        return (Match.PARTIAL if match is Match.FULL else match), inner
