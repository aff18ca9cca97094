"""One run: how far it is or how it ended, what went wrong; cancelling it, accepting what it held back."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from client_health.api.checks import without_nul
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Viewer, Visitor
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.dashboard.run_words import run_line
from client_health.errors import ConflictError
from client_health.jobs import requests
from client_health.store import held, problems, runs, scorecard_sets, tenants
from client_health.store.runs import Run

router = APIRouter()
SHOWN_TENANTS = 100
RunId = Annotated[str, Path(max_length=100), AfterValidator(without_nul)]


@router.get("/runs/{run_id}")
def show_run(request: Request, ctx: Ctx, who: Viewer, run_id: RunId) -> Response:
    """One run. While it is open the page asks for its details again and again."""
    return _shown(request, ctx, who, run_id)


@router.get("/runs/{run_id}/row")
def show_row(request: Request, ctx: Ctx, who: Viewer, run_id: RunId) -> Response:
    """The line of a run in the list, asked for while the run is open."""
    with ctx.store.read() as connection:
        run = runs.find(connection, run_id)
        line = run_line(run, ctx.clock(), tenants.names(connection, run.tenant_ids[:1]))
    if not is_fragment_wanted(request):
        return RedirectResponse(f"/runs/{run_id}", 303)
    response = render(request, "fragments/run_row.html", who, line=line)
    if not line.is_open:
        response.headers["HX-Trigger"] = "run-ended"
    return response


@router.post("/runs/{run_id}/cancel", dependencies=[CheckedForm])
def cancel_run(request: Request, ctx: Ctx, who: Admin, run_id: RunId) -> Response:
    """A queued run is cancelled at once; an active one stops at its next statement and publishes nothing."""
    try:
        with ctx.store.write() as connection:
            runs.cancel(connection, run_id, who.actor, ctx.clock())
    except ConflictError as fault:
        return _shown(request, ctx, who, run_id, fault)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/accept", dependencies=[CheckedForm])
def accept_run(request: Request, ctx: Ctx, who: Admin, run_id: RunId) -> Response:
    """Queue the run that publishes the held figures as they are; no source is asked again."""
    with ctx.store.read() as connection:
        run = runs.find(connection, run_id)
    try:
        queued, _ = requests.ask(
            ctx.store, ctx.settings, requests.accept(run, "request", who.actor), ctx.clock()
        )
    except ConflictError as fault:
        return _shown(request, ctx, who, run_id, fault)
    return RedirectResponse(f"/runs/{queued.id}", 303)


def _shown(
    request: Request, ctx: Context, who: Visitor, run_id: str, fault: ConflictError | None = None
) -> Response:
    with ctx.store.read() as connection:
        run = runs.find(connection, run_id)
        values = _details(connection, run)
    template = "fragments/run_details.html" if is_fragment_wanted(request) else "run.html"
    status = 200 if fault is None else 409
    line = run_line(run, ctx.clock(), values["named"])
    return render(request, template, who, status, line=line, fault=fault, **values)


def _details(connection: sa.Connection, run: Run) -> dict[str, Any]:
    """What the page says besides the line of the run."""
    by_tenant, hit = problems.by_tenant(connection, run.id, SHOWN_TENANTS)
    cards = None if run.scorecard_set is None else scorecard_sets.by_id(connection, run.scorecard_set)
    return {
        "cards": cards,
        "named": tenants.names(connection, run.tenant_ids[:SHOWN_TENANTS]),
        "by_query": problems.by_query(connection, run.id),
        "by_tenant": by_tenant,
        "tenants_hit": hit,
        "is_kept": held.held_at(connection, run.id) is not None,
    }
