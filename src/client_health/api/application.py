"""The FastAPI application: routers, faults, documentation that works offline."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI
from fastapi_standalone_docs import StandaloneDocs

from client_health import __version__
from client_health.api import (
    audit,
    benchmarks,
    explanations,
    faults,
    features,
    freshness,
    health,
    jobs,
    metrics,
    scorecards,
    tenants,
)
from client_health.api.context import Context
from client_health.instants import utc_now
from client_health.monitoring.exposition import Exposition
from client_health.settings.model import Settings
from client_health.store.engine import Store

PREFIX = "/api/v1/internal/client-health"
_DESCRIPTION = """Health scores of the tenants of a SaaS application: 0 to 100, high is healthy.

Every endpoint needs an API key as a bearer token. Roles: viewer reads; csm also recalculates one tenant,
sets alert levels and tries drafts of scorecards; admin does everything. Errors are problem details
(RFC 9457). Times are UTC.
"""


def create_api(store: Store, settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The API over an open, migrated store."""
    app = FastAPI(
        title="Client Health", version=__version__, description=_DESCRIPTION, redoc_url=None, docs_url="/docs"
    )
    app.state.context = Context.of(store, settings, clock)
    app.state.exposition = Exposition(store, clock)
    faults.install(app)
    StandaloneDocs(app=app)
    app.include_router(tenants.router, prefix=PREFIX)  # first: the others are asked more seldom
    app.include_router(jobs.router, prefix=PREFIX)
    app.include_router(audit.router, prefix=PREFIX)
    app.include_router(freshness.router, prefix=PREFIX)
    app.include_router(features.router, prefix=PREFIX)
    app.include_router(benchmarks.router, prefix=PREFIX)
    app.include_router(scorecards.router, prefix=PREFIX)
    app.include_router(explanations.router, prefix=PREFIX)
    app.include_router(health.router)
    app.include_router(metrics.router)
    return app
