"""The page of one tenant: score, history, why it changed, components, usage, features, peers, notes."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator

from client_health.api.checks import searchable, without_nul
from client_health.api.context import Context
from client_health.dashboard.context import Ctx, Viewer, Visitor
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.dashboard.tenant.address import DAYS, RANGES, VIEWS, Asked
from client_health.dashboard.tenant.change import change_of
from client_health.dashboard.tenant.components import advice_on, component_rows
from client_health.dashboard.tenant.features import feature_grid
from client_health.dashboard.tenant.freshness import freshness
from client_health.dashboard.tenant.notes import notes_shown
from client_health.dashboard.tenant.peers import peers_of
from client_health.dashboard.tenant.recalculation import recalculation
from client_health.dashboard.tenant.score_history import history_shown
from client_health.dashboard.tenant.subject import (
    LEAST_DAYS,
    USAGE_DAYS,
    find_row,
    last_day,
    read_subject,
)
from client_health.dashboard.tenant.usage import usage_charts
from client_health.explanations.service import Row
from client_health.jobs.standing import standing
from client_health.store import adoption, alert_levels, owners, users
from client_health.store.history import View
from client_health.store.notes import KINDS, LONGEST, Note
from client_health.store.notes import count as count_notes

router = APIRouter()
TenantId = Annotated[str, Path(max_length=500), AfterValidator(without_nul)]
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]
CHANGES = (7, 30)
SHOWN_NOTES = 20


def asked(
    tenant_id: TenantId,
    days: Annotated[int, Query(ge=7, le=730)] = DAYS,
    view: View = "comparable",
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
    job: Annotated[str | None, Query(max_length=100), AfterValidator(searchable)] = None,
    notes: Literal["all"] | None = None,
) -> Asked:
    """What the address asks for."""
    return Asked(tenant_id, days, view, first, last, job, notes == "all")


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/tenants/{tenant_id:path}/recalculation/{run_id}")
def watch_recalculation(
    request: Request, ctx: Ctx, who: Viewer, wanted: Wanted, run_id: TenantId
) -> Response:
    """How a recalculation stands; once it is published, the page is loaded again with its new figures."""
    with ctx.store.read() as connection:
        job = recalculation(connection, wanted.tenant_id, run_id)
    response = render(request, "fragments/recalculation.html", who, job=job, wanted=wanted)
    if is_fragment_wanted(request) and not job.is_open:
        response.headers["HX-Redirect"] = wanted.address(job=run_id)
    return response


@router.get("/tenants/{tenant_id:path}")
def show_tenant(request: Request, ctx: Ctx, who: Viewer, wanted: Wanted) -> Response:
    """Everything that is known of a tenant, with or without a score."""
    with ctx.store.read() as connection:
        row = find_row(connection, wanted.tenant_id)
        values = _of_account(connection, ctx, who, row, wanted)
        if row.day is not None:
            notes = [one.note for one in values["notes"]]
            values |= _of_score(connection, ctx, row, wanted, notes)
    return render(request, "tenant.html", who, row=row, wanted=wanted, **values)


def _of_account(
    connection: sa.Connection, ctx: Context, who: Visitor, row: Row, wanted: Asked
) -> dict[str, Any]:
    """What is known with or without a score."""
    people = {user.name: user.display_name for user in users.all_users(connection)}
    return {
        "people": people,
        "alerts": alert_levels.get(connection, row.id),
        "ownership": owners.of_tenant(connection, row.id),
        "owners": owners.names(connection) if who.may("csm") else [],
        "notes": notes_shown(connection, row.id, who, people, None if wanted.all_notes else SHOWN_NOTES),
        "noted": count_notes(connection, row.id),
        "kinds": KINDS,
        "longest": LONGEST,
        "today": ctx.clock().astimezone(ctx.settings.zone).date(),
        "stands": standing(connection, ctx.settings, ctx.clock()),
        "grid": feature_grid(adoption.of_tenant(connection, ctx.settings.features, row.id)),
        "job": recalculation(connection, wanted.tenant_id, wanted.job) if wanted.job else None,
        "subject": None,
    }


def _of_score(
    connection: sa.Connection, ctx: Context, row: Row, wanted: Asked, notes: list[Note]
) -> dict[str, Any]:
    """What is known of the score."""
    last = last_day(connection, row)
    first = last - timedelta(days=wanted.days - 1)
    usage_first = last - timedelta(days=USAGE_DAYS - 1)
    read_from = min(first, last - timedelta(days=LEAST_DAYS))
    subject = read_subject(connection, ctx.settings, row, (read_from, last), usage_first, wanted.view)
    advice = advice_on(connection, subject, row)
    return {
        "subject": subject,
        "freshness": freshness(subject),
        "changes": subject.spans(CHANGES),
        "peers": peers_of(connection, ctx.settings.benchmarks, wanted.tenant_id),
        "history": history_shown(subject, first, _newest(last, notes, ctx), notes),
        "ranges": RANGES,
        "views": VIEWS,
        "change": change_of(connection, wanted),
        "components": component_rows(subject, row, subject.earlier(CHANGES[0]), advice, last),
        "usage_first": usage_first,
        "usage": usage_charts(subject.daily, subject.published.scorecard, usage_first, last),
    }


def _newest(last: date, notes: list[Note], ctx: Context) -> date:
    """Where the history ends: what happened since the last score is in it, what is planned is not."""
    today = ctx.clock().astimezone(ctx.settings.zone).date()
    return max([last, *(note.day for note in notes if note.day <= today)])
