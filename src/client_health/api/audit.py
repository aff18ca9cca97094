"""The endpoint of the audit log."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BeforeValidator

from client_health.api.checks import plain_date, searchable
from client_health.api.context import Admin, Ctx
from client_health.api.schemas.audit import AuditEntry, AuditList
from client_health.store import audit_pages
from client_health.store.audit import Action
from client_health.store.audit_pages import Filters

router = APIRouter(tags=["audit"])


@router.get("/audit", summary="Who did what, the newest first")
def list_audit(
    ctx: Ctx,
    _: Admin,
    actor: Annotated[
        str | None,
        Query(max_length=200, description="Name of a key, a user, or who ran a command."),
        AfterValidator(searchable),
    ] = None,
    action: Annotated[Action | None, Query(description="What was done.")] = None,
    first: Annotated[
        date | None,
        Query(alias="from", description="First day, in the configured timezone."),
        BeforeValidator(plain_date),
    ] = None,
    last: Annotated[
        date | None, Query(alias="to", description="Last day, likewise."), BeforeValidator(plain_date)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="nextCursor of the page before.")] = None,
) -> AuditList:
    """Runs, publications, changes of tenants, users and keys, sign-ins, exports. Nothing is ever removed."""
    wanted = Filters.of_days(actor, action, first, last, ctx.settings.zone)
    with ctx.store.read() as connection:
        page = audit_pages.page(connection, wanted, limit, cursor)
    return AuditList(
        entries=[AuditEntry(**asdict(entry)) for entry in page.entries], next_cursor=page.next_cursor
    )
