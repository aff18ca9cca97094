"""Endpoints of tenants: portfolio, scores, history, metrics, recalculation, alert level."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, status
from pydantic import AfterValidator, WrapValidator
from sqlalchemy import Connection, Row

from client_health.api import present
from client_health.api.answering import as_json
from client_health.api.checks import searchable, whole_days, without_nul
from client_health.api.context import Csm, Ctx, Viewer
from client_health.api.schemas.alert_levels import AlertLevelAnswer, AlertLevelBody
from client_health.api.schemas.base import AlertLevelWord, RiskLevel, TrendWord, View
from client_health.api.schemas.jobs import JobAccepted
from client_health.api.schemas.metrics import Metrics
from client_health.api.schemas.portfolio import HighRisk, Portfolio
from client_health.api.schemas.scores import History, TenantScore
from client_health.errors import NotFoundError
from client_health.jobs import requests
from client_health.store import alert_levels, history, portfolio, scorecards, tenants, usage
from client_health.store.portfolio import Filters, Sort
from client_health.store.scorecards import PublishedScorecard

router = APIRouter(tags=["tenants"])
OrgId = Annotated[
    str,
    Path(
        alias="orgId",
        max_length=500,
        description="The tenant's id in the application.",
        examples=["acme-gmbh"],
    ),
    AfterValidator(without_nul),
]
Days = Annotated[
    int,
    Query(ge=1, le=730, description="How many days up to the latest score: 1 to 730."),
    WrapValidator(whole_days),
]
Word = Annotated[str | None, Query(max_length=200), AfterValidator(searchable)]


def _versions(connection: Connection, rows: Iterable[Row[Any]]) -> dict[int, PublishedScorecard]:
    """The scorecards of scores by the keys that these refer to."""
    used = {row.scorecard for row in rows if row.scorecard is not None}
    return {key: scorecards.published(connection, key) for key in used}


@router.get("", include_in_schema=False)
@router.get("/", summary="The portfolio: search, filter, sort, page, counts")
@as_json
def get_portfolio(
    ctx: Ctx,
    _: Viewer,
    search: Annotated[
        str | None,
        Query(max_length=200, description="Part of name, slug or id."),
        AfterValidator(searchable),
    ] = None,
    risk_level: Annotated[RiskLevel | None, Query(alias="riskLevel")] = None,
    trend: TrendWord | None = None,
    segment: Word = None,
    industry: Word = None,
    owner: Word = None,
    alert_level: Annotated[AlertLevelWord | None, Query(alias="alertLevel")] = None,
    sort: Annotated[Sort, Query(description="A leading minus sorts downwards.")] = "score",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="nextCursor of the page before.")
    ] = None,
) -> Portfolio:
    """Active tenants with their latest scores. Counts are of all tenants that the filters leave."""
    filters = Filters(search, risk_level, trend, segment, industry, owner, alert_level)
    with ctx.store.read() as connection:
        page = portfolio.page(connection, filters, sort, limit, cursor)
        counts = portfolio.summary(connection, filters)
        versions = _versions(connection, page.rows)
    return Portfolio(
        tenants=[present.portfolio_row(row, versions) for row in page.rows],
        next_cursor=page.next_cursor,
        total=sum(counts["risk_level"].values()),
        risk_levels=counts["risk_level"],
        trends=counts["trend"],
    )


@router.get("/high-risk", summary="Tenants at high risk, worst first")
@as_json
def get_high_risk(ctx: Ctx, _: Viewer) -> HighRisk:
    """Latest score first, then the level: a tenant that recovered is not here."""
    with ctx.store.read() as connection:
        rows = portfolio.high_risk(connection)
        versions = _versions(connection, rows)
    return HighRisk(tenants=[present.portfolio_row(row, versions) for row in rows], total=len(rows))


@router.get("/{orgId}/score", summary="The latest score of a tenant")
@as_json
def get_score(ctx: Ctx, _: Viewer, org_id: OrgId) -> TenantScore:
    """Score, components with their contributions, trend, risk level, confidence."""
    with ctx.store.glance() as connection:
        row = portfolio.one(connection, org_id)
        if row is None:
            raise NotFoundError(f"there is no tenant {org_id!r}")
        if row.day is None:
            raise NotFoundError(f"the tenant {org_id!r} has no score yet")
        return present.tenant_score(row, scorecards.published(connection, row.scorecard))


@router.get("/{orgId}/history", summary="Scores of a tenant by date")
@as_json
def get_history(
    ctx: Ctx,
    _: Viewer,
    org_id: OrgId,
    days: Days = 30,
    view: Annotated[
        View, Query(description="comparable: under the scorecard now in force; reported: as first told.")
    ] = "comparable",
) -> History:
    """The last `days` days up to the latest score, oldest first, each with its scorecard version."""
    with ctx.store.read() as connection:
        row = portfolio.one(connection, org_id)
        if row is None:
            raise NotFoundError(f"there is no tenant {org_id!r}")
        points: list[dict[str, Any]] = []
        changes = []
        if row.day is not None:
            first = row.day - timedelta(days=days - 1)
            found = history.of_tenant(connection, row.id, row.scorecard, first, row.day)
            versions = _versions(connection, (*found.comparable, *found.reported))
            points = present.score_points(found.view(view), versions)
            changes = [present.version_change(versions, *change) for change in found.changes]
    told = {"organization_id": org_id, "name": row.name, "days": days, "view": view}
    return History.model_validate({**told, "version_changes": changes, "scores": points})


@router.get("/{orgId}/metrics", summary="Usage metrics of a tenant by date")
@as_json
def get_metrics(ctx: Ctx, _: Viewer, org_id: OrgId, days: Days = 30) -> Metrics:
    """The last `days` days up to the latest score, oldest first."""
    with ctx.store.read() as connection:
        tenant = tenants.find(connection, org_id)
        row = portfolio.one(connection, org_id)
        found = []
        if row is not None and row.day is not None:
            first = row.day - timedelta(days=days - 1)
            found = list(usage.of_tenant(connection, tenant.id, org_id, first, row.day))
    daily = [present.daily_metrics(one) for one in found]
    return Metrics(organization_id=org_id, name=tenant.name, days=days, metrics=daily)


@router.post("/{orgId}/calculate", status_code=status.HTTP_202_ACCEPTED, summary="Recalculate one tenant")
def calculate_one(ctx: Ctx, who: Csm, org_id: OrgId) -> JobAccepted:
    """Queues a run at the present instant; its score is provisional until the night's run."""
    now = ctx.clock()
    request = requests.one_tenant_now(ctx.settings, org_id, who.actor, now)
    run, is_new = requests.ask(ctx.store, ctx.settings, request, now)
    return JobAccepted(job_id=run.id, status=run.status, is_new=is_new)


@router.get("/{orgId}/alert-level", summary="The alert level of a tenant")
def get_alert_level(ctx: Ctx, _: Viewer, org_id: OrgId) -> AlertLevelAnswer:
    """A fact about the account: a new score does not change it."""
    with ctx.store.read() as connection:
        setting = alert_levels.get(connection, tenants.find(connection, org_id).id)
    return AlertLevelAnswer(
        organization_id=org_id,
        level=setting.level,
        changed_by=setting.changed_by,
        changed_at=setting.changed_at,
    )


@router.put("/{orgId}/alert-level", summary="Set the alert level of a tenant")
def put_alert_level(ctx: Ctx, who: Csm, org_id: OrgId, body: AlertLevelBody) -> AlertLevelAnswer:
    """NONE, DASHBOARD_ONLY or PROACTIVE."""
    with ctx.store.write() as connection:
        tenant = tenants.find(connection, org_id)
        setting = alert_levels.put(connection, tenant.id, body.level, who.actor, ctx.clock())
    return AlertLevelAnswer(
        organization_id=org_id,
        level=setting.level,
        changed_by=setting.changed_by,
        changed_at=setting.changed_at,
    )
