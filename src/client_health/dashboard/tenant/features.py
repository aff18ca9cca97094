"""The tracked features in their categories."""

from dataclasses import dataclass
from datetime import datetime

from client_health.store.adoption import TenantAdoption, TenantFeature

UNNAMED = "Features"


@dataclass(frozen=True)
class FeatureGroup:
    """The features of one category, in the order of the catalogue."""

    name: str
    features: list[TenantFeature]

    @property
    def in_use(self) -> int:
        """How many of them are in use."""
        return sum(one.in_use for one in self.features)


@dataclass(frozen=True)
class FeatureGrid:
    """Groups in the order of the catalogue. `as_of` is None until a features query has answered."""

    as_of: datetime | None
    in_use_days: int
    in_use: int
    tracked: int
    groups: list[FeatureGroup]


def feature_grid(adoption: TenantAdoption) -> FeatureGrid:
    """Adoption by category; features without one stand together."""
    groups: dict[str, list[TenantFeature]] = {}
    for one in adoption.features:
        groups.setdefault(one.feature.category or UNNAMED, []).append(one)
    return FeatureGrid(
        adoption.as_of,
        adoption.in_use_days,
        adoption.in_use,
        len(adoption.features),
        [FeatureGroup(name, features) for name, features in groups.items()],
    )
