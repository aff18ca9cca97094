"""Which features each tenant uses, as the features query tells it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from client_health.errors import SourceError
from client_health.sources.rows import Rows
from client_health.usage.problems import Problem, error, shown
from client_health.usage.tenants import parse_instant
from client_health.visible import is_seen

QUERY = "features"
COLUMNS = ("tenant_id", "feature_key", "first_used_at", "last_used_at")


@dataclass(frozen=True)
class FeatureUse:
    """First and last use of one feature by one tenant."""

    tenant_id: str
    feature_key: str
    first_used_at: datetime | None
    last_used_at: datetime | None


def read_features(rows: Rows, tenants: Collection[str]) -> tuple[list[FeatureUse], list[Problem]]:
    """Feature use of the known tenants; an unreadable row is an error of its tenant."""
    absent = [name for name in COLUMNS if name not in rows.columns]
    if absent:
        raise SourceError(f"returns no column {', '.join(absent)}; it returns {', '.join(rows.columns)}")
    places = [rows.columns.index(name) for name in COLUMNS]
    found: dict[tuple[str, str], FeatureUse] = {}
    problems = []
    for tenant, key, first, last in zip(*(rows.values[place] for place in places), strict=True):
        tenant_id = str(tenant)
        if tenant_id not in tenants:
            continue
        try:
            use = FeatureUse(tenant_id, _key(key), _optional(first), _optional(last))
        except (ValueError, TypeError, OverflowError):
            problems.append(error(f"unreadable row {shown((key, first, last), 120)}", QUERY, tenant_id))
        else:
            found[use.tenant_id, use.feature_key] = use
    return list(found.values()), problems


@lru_cache(1000)
def _key(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not is_seen(value):
        raise ValueError
    return value.strip()[:200]


def _optional(value: Any) -> datetime | None:
    return None if value is None else parse_instant(value)
