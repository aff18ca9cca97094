"""What a process without the API answers: health checks and metrics, nothing else."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.types import ASGIApp

from client_health.api import faults, health, metrics
from client_health.api.context import Context
from client_health.app.request_log import RequestLog
from client_health.app.security_headers import SecurityHeaders
from client_health.instants import utc_now
from client_health.monitoring.exposition import Exposition
from client_health.settings.model import Settings
from client_health.store.engine import Store


def create_monitor(store: Store, settings: Settings, own_worker: Callable[[], bool]) -> ASGIApp:
    """An application beside a worker. `own_worker`: whether it is alive."""
    app = FastAPI(title="Client Health worker", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.context = Context.of(store, settings, utc_now)
    app.state.exposition = Exposition(store, utc_now)
    app.state.own_worker = own_worker
    faults.install(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    return RequestLog(SecurityHeaders(app, settings.web.is_https))
