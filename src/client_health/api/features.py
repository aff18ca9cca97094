"""Endpoints of features: which ones a tenant uses, and how widely each is adopted."""

from fastapi import APIRouter

from client_health.api.context import Ctx, Viewer
from client_health.api.schemas.features import (
    FleetFeatureAnswer,
    FleetFeatures,
    TenantFeatureAnswer,
    TenantFeatures,
)
from client_health.api.tenants import OrgId
from client_health.store import adoption, tenants
from client_health.store.adoption import FleetFeature, TenantFeature

router = APIRouter(tags=["features"])


@router.get("/features", summary="Adoption of each tracked feature across the fleet")
def get_features(ctx: Ctx, _: Viewer) -> FleetFeatures:
    """How many active tenants use each tracked feature. The catalogue of features is configuration."""
    with ctx.store.read() as connection:
        found = adoption.of_fleet(connection, ctx.settings.features)
    return FleetFeatures(
        as_of=found.as_of,
        in_use_days=found.in_use_days,
        tenants=found.tenants,
        features=[_adopted(one) for one in found.features],
    )


@router.get("/{orgId}/features", summary="The tracked features of a tenant")
def get_tenant_features(ctx: Ctx, _: Viewer, org_id: OrgId) -> TenantFeatures:
    """Every tracked feature: whether it is in use, first and last use, days since."""
    with ctx.store.read() as connection:
        tenant = tenants.find(connection, org_id)
        found = adoption.of_tenant(connection, ctx.settings.features, tenant.id)
    return TenantFeatures(
        organization_id=org_id,
        name=tenant.name,
        as_of=found.as_of,
        in_use_days=found.in_use_days,
        in_use=found.in_use,
        tracked=len(found.features),
        features=[_used(one) for one in found.features],
    )


def _adopted(one: FleetFeature) -> FleetFeatureAnswer:
    return FleetFeatureAnswer(
        key=one.feature.key,
        name=one.feature.name,
        category=one.feature.category,
        tenants_in_use=one.tenants_in_use,
        share=one.share,
    )


def _used(one: TenantFeature) -> TenantFeatureAnswer:
    return TenantFeatureAnswer(
        key=one.feature.key,
        name=one.feature.name,
        category=one.feature.category,
        in_use=one.in_use,
        first_used_at=one.first_used_at,
        last_used_at=one.last_used_at,
        days_since=one.days_since,
    )
