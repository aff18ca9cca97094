"""The quarterly business review of one tenant: two printed pages for a customer's eyes."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response

from client_health.api.context import Context
from client_health.dashboard.context import Ctx, Viewer
from client_health.dashboard.pages.tenant import TenantId
from client_health.dashboard.rendering import render
from client_health.dashboard.tenant.address import tenant_address
from client_health.dashboard.tenant.features import feature_grid
from client_health.dashboard.tenant.peers import Peers, peers_of
from client_health.dashboard.tenant.quarter import Quarter, offered, usual
from client_health.dashboard.tenant.review import review, told_to_customers
from client_health.dashboard.tenant.subject import find_row, last_day, read_subject
from client_health.explanations.service import Row
from client_health.jobs.standing import standing
from client_health.store import adoption, notes, published_runs

router = APIRouter()
MOST_FEATURES = 28  # that are named; of more, only the counts of their categories fit on the page


@router.get("/tenants/{tenant_id:path}/qbr")
def show_qbr(
    request: Request,
    ctx: Ctx,
    who: Viewer,
    tenant_id: TenantId,
    quarter: Annotated[str, Query(max_length=20)] = "",
    with_notes: Annotated[bool, Query(alias="notes")] = False,
) -> Response:
    """The review of a quarter, the present one unless another is asked for.

    What people wrote down among themselves is on it only if somebody says so.
    """
    asked = Quarter.read(quarter) if quarter else None
    now = ctx.clock()
    with ctx.store.read() as connection:
        row = find_row(connection, tenant_id)
        values = {"shown": None} if row.day is None else _review(connection, ctx, row, asked, with_notes)
        stands = standing(connection, ctx.settings, now)
    today = now.astimezone(ctx.settings.zone).date()
    back = tenant_address(tenant_id)
    return render(request, "qbr.html", who, row=row, back=back, today=today, stands=stands, **values)


def _review(
    connection: sa.Connection, ctx: Context, row: Row, asked: Quarter | None, with_notes: bool
) -> dict[str, Any]:
    newest = last_day(connection, row)
    quarter = asked or usual(row.day)
    last = min(quarter.last, newest) if quarter.first <= newest else quarter.last
    subject = read_subject(connection, ctx.settings, row, (quarter.first, last), quarter.first)
    fit = told_to_customers(notes.of_tenant(connection, row.id), quarter)
    grid = feature_grid(adoption.of_tenant(connection, ctx.settings.features, row.id))
    return {
        "shown": review(connection, subject, quarter, fit if with_notes else []),
        "quarter": quarter,
        "quarters": offered(published_runs.first_day(connection) or newest, newest),
        "last": last,
        "risk": subject.published.scorecard.risk,
        "notes": fit if with_notes else [],
        "printable": len(fit),
        "with_notes": with_notes,
        "grid": grid,
        "names_features": grid.tracked <= MOST_FEATURES,
        "peers": _peers(connection, ctx, row.tenant_id, quarter),
    }


def _peers(connection: sa.Connection, ctx: Context, tenant_id: str, quarter: Quarter) -> Peers | None:
    """Peers are known as of the latest night only, so a quarter that is over has none."""
    found = peers_of(connection, ctx.settings.benchmarks, tenant_id)
    return found if found.day is not None and Quarter.of(found.day) == quarter else None
