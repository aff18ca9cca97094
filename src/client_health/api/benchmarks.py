"""Endpoints that compare tenants."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator

from client_health.api.checks import searchable
from client_health.api.context import Ctx, Viewer
from client_health.api.schemas.benchmarks import (
    FleetBenchmarks,
    FleetCohort,
    FleetFigures,
    TenantBenchmarks,
    TenantCohort,
    TenantFigures,
)
from client_health.api.tenants import OrgId
from client_health.benchmarks.figures import FEWEST_PEERS
from client_health.benchmarks.narrowing import Narrowed, narrow
from client_health.benchmarks.service import CohortStandings, Standing, of_fleet, of_tenant

router = APIRouter(tags=["benchmarks"])


def _narrowed(
    industry: Annotated[
        str | None,
        Query(max_length=500, description="Whatever its case; alone or with a size."),
        AfterValidator(searchable),
    ] = None,
    size: Annotated[
        str | None,
        Query(max_length=50, description="1-100, 101-500, 501-2000 or 2001+, alone or with an industry."),
        AfterValidator(searchable),
    ] = None,
    segment: Annotated[
        str | None,
        Query(max_length=500, description="Whatever its case; alone."),
        AfterValidator(searchable),
    ] = None,
) -> Narrowed | None:
    return narrow(industry, size, segment)


Asked = Annotated[Narrowed | None, Depends(_narrowed)]


@router.get("/benchmarks", summary="Quartiles and means of all tenants, by industry, size and segment")
def get_benchmarks(ctx: Ctx, _: Viewer, asked: Asked) -> FleetBenchmarks:
    """Every cohort, or the one asked for, as of the latest night. Too few tenants: no figure."""
    with ctx.store.read() as connection:
        told = of_fleet(connection, ctx.settings.benchmarks, asked)
    cohorts = [
        FleetCohort(**_cohort(one), measures=[_of_fleet(standing) for standing in one.standings])
        for one in told.cohorts
    ]
    return FleetBenchmarks(benchmark_date=told.day, cohorts=cohorts)


@router.get("/{orgId}/benchmarks", summary="How a tenant stands among its peers")
def get_tenant_benchmarks(ctx: Ctx, _: Viewer, org_id: OrgId, asked: Asked) -> TenantBenchmarks:
    """Each cohort that the tenant belongs to, or the one asked for, as of the latest night.

    The tenant is not its own peer: figures are of the others. Too few others: no figure, and no percentile.
    """
    with ctx.store.read() as connection:
        told = of_tenant(connection, ctx.settings.benchmarks, org_id, asked)
    assert told.tenant is not None
    cohorts = [
        TenantCohort(**_cohort(one), measures=[_of_tenant(standing) for standing in one.standings])
        for one in told.cohorts
    ]
    return TenantBenchmarks(
        organization_id=org_id, name=told.tenant.name, benchmark_date=told.day, cohorts=cohorts
    )


def _cohort(one: CohortStandings) -> dict[str, Any]:
    return {
        "label": one.title,
        "industry": one.label if one.cohort.industry else None,
        "size": one.cohort.size or None,
        "segment": one.label if one.cohort.segment else None,
        "tenants": one.tenants,
    }


def _of_tenant(standing: Standing) -> TenantFigures:
    return TenantFigures(
        **_figures(standing),
        value=standing.value,
        percentile=standing.percentile,
        others=standing.peers,
        fewest_others=FEWEST_PEERS,
    )


def _of_fleet(standing: Standing) -> FleetFigures:
    return FleetFigures(**_figures(standing), tenants=standing.peers, fewest_tenants=FEWEST_PEERS)


def _figures(standing: Standing) -> dict[str, Any]:
    measure, figures = standing.measure, standing.figures
    return {
        "key": measure.key,
        "name": measure.name,
        "unit": measure.unit,
        "high_is_good": measure.high_is_good,
        "p25": figures and figures.p25,
        "median": figures and figures.median,
        "p75": figures and figures.p75,
        "mean": figures and figures.mean,
        "too_few": figures is None,
    }
