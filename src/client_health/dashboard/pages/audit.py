"""The audit log: who did what. For administrators."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator

from client_health.api.checks import plain_date, searchable
from client_health.dashboard.context import Admin, Ctx
from client_health.dashboard.rendering import render
from client_health.store import audit_pages
from client_health.store.audit import ACTIONS, Action
from client_health.store.audit_pages import Filters

router = APIRouter()
PAGE = 50


def _left_empty(value: object) -> object:
    """A field of the form that nobody filled in."""
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(plain_date), BeforeValidator(_left_empty)]


@router.get("/audit")
def show_audit(
    request: Request,
    ctx: Ctx,
    who: Admin,
    actor: Annotated[str, Query(max_length=200), AfterValidator(searchable)] = "",
    action: Annotated[Action | None, Query(), BeforeValidator(_left_empty)] = None,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The newest entries that the filters leave; `before` is the cursor of a page."""
    wanted = Filters.of_days(actor or None, action, first, last, ctx.settings.zone)
    with ctx.store.read() as connection:
        page = audit_pages.page(connection, wanted, PAGE, before)
    typed = {"actor": actor, "action": action or "", "from": first or "", "to": last or ""}
    return render(
        request,
        "audit.html",
        who,
        page=page,
        before=before,
        typed=typed,
        filtered=urlencode({name: value for name, value in typed.items() if value}),
        actions=ACTIONS,
    )
