"""The portfolio: who needs me today, and why; and the same as a file."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from client_health.api.context import Context
from client_health.dashboard.context import Ctx, Viewer, Visitor
from client_health.dashboard.portfolio.export import portfolio_csv
from client_health.dashboard.portfolio.first_run import source_states
from client_health.dashboard.portfolio.state import SIZES, State, history_entry
from client_health.dashboard.portfolio.view import own_names, read_view
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.jobs.standing import score_day, standing
from client_health.store import audit, owners

router = APIRouter()
FORM = "form#filters"  # what htmx calls the form that knows what was chosen in it


@router.get("/")
def show_portfolio(request: Request, ctx: Ctx, who: Viewer) -> Response:
    """The whole page; for htmx only what the filters change."""
    asked, now = State.parse(request.query_params), ctx.clock()
    is_whole = not is_fragment_wanted(request)
    with ctx.store.read() as connection:
        day = score_day(connection)
        stands = standing(connection, ctx.settings, now) if is_whole or day is None else None
        if day is None or (stands and not stands.tenants):
            return render(request, "first_run.html", who, stands=stands, sources=source_states(ctx.settings))
        view = read_view(connection, ctx.settings, asked, who, day, now)
    values: dict[str, Any] = {"view": view, "state": view.state, "sizes": SIZES}
    if is_whole:
        return render(request, "portfolio.html", who, stands=stands, **values)
    by_form = request.headers.get("HX-Source") == FORM
    response = render(request, "fragments/portfolio_changed.html", who, by_form=by_form, **values)
    response.headers.update(history_entry(request.headers.get("HX-Current-URL"), view.state, view.owns))
    return response


@router.get("/portfolio.csv")
def export_portfolio(request: Request, ctx: Ctx, who: Viewer) -> Response:
    """All tenants that the filters leave, as CSV. Whoever reads it is in the audit log."""
    asked = State.parse(request.query_params)
    with ctx.store.write() as connection:
        audit.write(connection, who.actor, "export.read", "portfolio", ctx.clock())
        day = score_day(connection)
    name = f"portfolio-{day}.csv" if day else "portfolio.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_lines(ctx, who, asked), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(ctx: Context, who: Visitor, asked: State) -> Iterator[str]:
    with ctx.store.read() as connection:
        own = own_names(owners.names(connection), who)
    yield from portfolio_csv(ctx.store, asked.for_visitor(bool(own)), own)
