"""What people do to a tenant: recalculate, alert level, owner, notes."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from client_health.api.checks import searchable
from client_health.dashboard.browser import own_path
from client_health.dashboard.context import CheckedForm, Csm, Ctx
from client_health.dashboard.pages.tenant import TenantId, Wanted
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.dashboard.tenant.address import tenant_address
from client_health.dashboard.tenant.recalculation import Recalculation
from client_health.jobs import requests
from client_health.store import alert_levels, notes, owners, tenants
from client_health.store.alert_levels import AlertLevel
from client_health.store.notes import LONGEST, NoteKind

router = APIRouter(dependencies=[CheckedForm])
Back = Annotated[str, Form(max_length=4000)]
NoteId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _plain_lines(text: str) -> str:
    """Browsers send line breaks as two characters and count them as one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


Text = Annotated[
    str,
    BeforeValidator(_plain_lines),
    StringConstraints(min_length=1, max_length=LONGEST),
    AfterValidator(searchable),
]


@router.post("/tenants/{tenant_id:path}/recalculate")
def recalculate(request: Request, ctx: Ctx, who: Csm, wanted: Wanted) -> Response:
    """Queue a recalculation at the present instant, or find the one that is under way."""
    now = ctx.clock()
    request_of = requests.one_tenant_now(ctx.settings, wanted.tenant_id, who.actor, now)
    run, _ = requests.ask(ctx.store, ctx.settings, request_of, now)
    if is_fragment_wanted(request):
        job = Recalculation(run, [])
        return render(request, "fragments/recalculation.html", who, job=job, wanted=wanted)
    return RedirectResponse(wanted.address(job=run.id), 303)


@router.post("/tenants/{tenant_id:path}/alert-level")
def set_alert_level(
    ctx: Ctx, who: Csm, tenant_id: TenantId, level: Annotated[AlertLevel, Form()], back: Back = ""
) -> Response:
    """Set how loudly the customer wants to be told."""
    with ctx.store.write() as connection:
        tenant = tenants.find(connection, tenant_id)
        alert_levels.put(connection, tenant.id, level, who.actor, ctx.clock())
    return _back(tenant_id, back)


@router.post("/tenants/{tenant_id:path}/owner")
def set_owner(
    ctx: Ctx,
    who: Csm,
    tenant_id: TenantId,
    owner: Annotated[str, Form(max_length=500), AfterValidator(searchable)] = "",
    back: Back = "",
) -> Response:
    """Assign an owner; an empty name gives the tenant back to the owner that the source tells."""
    with ctx.store.write() as connection:
        tenant = tenants.find(connection, tenant_id)
        owners.assign(connection, tenant.id, owner or None, who.actor, ctx.clock())
    return _back(tenant_id, back)


@router.post("/tenants/{tenant_id:path}/notes")
def add_note(
    ctx: Ctx,
    who: Csm,
    tenant_id: TenantId,
    kind: Annotated[NoteKind, Form()],
    day: Annotated[date, Form()],
    text: Annotated[Text, Form()],
    back: Back = "",
) -> Response:
    """Write a note or an event on a tenant."""
    with ctx.store.write() as connection:
        tenant = tenants.find(connection, tenant_id)
        notes.add(connection, tenant.id, kind, day, text, who.actor, ctx.clock())
    return _back(tenant_id, back, "#notes")


@router.post("/tenants/{tenant_id:path}/notes/{note}/remove")
def remove_note(ctx: Ctx, who: Csm, tenant_id: TenantId, note: NoteId, back: Back = "") -> Response:
    """Remove a note: its author may, and an admin."""
    with ctx.store.write() as connection:
        tenant = tenants.find(connection, tenant_id)
        notes.remove(connection, tenant.id, note, who.actor, ctx.clock(), who.may("admin"))
    return _back(tenant_id, back, "#notes")


def _back(tenant_id: str, back: str, place: str = "") -> Response:
    """To the page from which the form was sent."""
    path = own_path(back) if back else "/"
    return RedirectResponse((path if path != "/" else tenant_address(tenant_id)) + place, 303)
