"""Adoption of the tracked features, of one tenant and across the fleet: what the API and pages show."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.instants import window_start
from client_health.settings.queries import IN_USE_DAYS, FeaturesQuery
from client_health.store import features, queries, tenants
from client_health.store.features import Times
from client_health.usage.catalogue import Feature, tracked
from client_health.usage.features import QUERY

NEVER: Times = (None, None)


@dataclass(frozen=True)
class TenantFeature:
    """A tracked feature and its use by one tenant; `days_since` its last use, in whole days."""

    feature: Feature
    in_use: bool
    first_used_at: datetime | None
    last_used_at: datetime | None
    days_since: int | None


@dataclass(frozen=True)
class TenantAdoption:
    """The tracked features of one tenant; `as_of` is None until a features query has answered."""

    as_of: datetime | None
    in_use_days: int
    features: list[TenantFeature]

    @property
    def in_use(self) -> int:
        """How many of them are in use."""
        return sum(one.in_use for one in self.features)


@dataclass(frozen=True)
class FleetFeature:
    """A tracked feature and how many active tenants use it, `share` being 0 to 1."""

    feature: Feature
    tenants_in_use: int
    share: float


@dataclass(frozen=True)
class FleetAdoption:
    """The tracked features across the active tenants."""

    as_of: datetime | None
    in_use_days: int
    tenants: int
    features: list[FleetFeature]


def of_tenant(connection: sa.Connection, query: FeaturesQuery | None, tenant: int) -> TenantAdoption:
    """Adoption by one tenant (its surrogate key); empty without a features query."""
    if query is None:
        return TenantAdoption(None, IN_USE_DAYS, [])
    as_of = _told_at(connection)
    used = features.of_tenant(connection, tenant)
    keys = () if query.catalogue else features.known_keys(connection)
    shown = [_used(one, used.get(one.key, NEVER), as_of, query.in_use_days) for one in tracked(query, keys)]
    return TenantAdoption(as_of, query.in_use_days, shown)


def _used(feature: Feature, times: Times, as_of: datetime | None, days: int) -> TenantFeature:
    """The last use is state: one after `as_of` was read a little later, and is in use."""
    first, last = times
    if as_of is None or last is None:
        return TenantFeature(feature, False, first, last, None)
    return TenantFeature(feature, last >= window_start(as_of, days), first, last, max(0, (as_of - last).days))


def of_fleet(connection: sa.Connection, query: FeaturesQuery | None) -> FleetAdoption:
    """Adoption by the active tenants; without features if there is no features query."""
    count = tenants.count_active(connection)
    if query is None:
        return FleetAdoption(None, IN_USE_DAYS, count, [])
    as_of = _told_at(connection)
    used = features.adoption(connection, window_start(as_of, query.in_use_days)) if as_of else {}
    shown = [
        FleetFeature(one, used.get(one.key, 0), used.get(one.key, 0) / max(count, 1))
        for one in tracked(query, used)
    ]
    return FleetAdoption(as_of, query.in_use_days, count, shown)


def _told_at(connection: sa.Connection) -> datetime | None:
    """The instant that feature use is true for: of the last answer for the whole fleet, else of any."""
    state = queries.states(connection).get(QUERY)
    if state is not None and state.succeeded_as_of is not None:
        return state.succeeded_as_of
    return features.newest(connection)
