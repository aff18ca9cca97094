"""API and dashboard as one application: the API keeps its paths, everything else is a page."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from client_health.api.application import create_api
from client_health.api.faults import unknown_path
from client_health.dashboard.application import create_dashboard
from client_health.instants import utc_now
from client_health.settings.model import Settings
from client_health.store.engine import Store


def create_app(store: Store, settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Everything that one process serves, over an open, migrated store."""
    app = create_api(store, settings, clock)
    app.add_api_route("/api/{rest:path}", unknown_path, methods=METHODS, include_in_schema=False)
    app.mount("/", create_dashboard(store, settings, clock))
    return app


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
