"""What a comparison can be narrowed to: the industries, sizes and segments that tenants have."""

from dataclasses import dataclass

import sqlalchemy as sa

from client_health.benchmarks.cohorts import Cohort
from client_health.store import benchmarks
from client_health.usage.size_bands import SIZE_BANDS


@dataclass(frozen=True)
class Choice:
    """One industry, size or segment: what narrows to it, as people write it, and how many tenants have it."""

    key: str
    label: str
    tenants: int


@dataclass(frozen=True)
class Choices:
    """All of them, industries and segments by name, sizes from small to large."""

    industries: list[Choice]
    sizes: list[Choice]
    segments: list[Choice]


def choices(connection: sa.Connection) -> Choices:
    """What there is on the latest date that has benchmarks."""
    day = benchmarks.latest_day(connection)
    found = [] if day is None else benchmarks.cohorts(connection, day)
    alone: dict[str, list[Choice]] = {"industry": [], "size": [], "segment": []}
    for key, label, count in found:
        cohort = Cohort(*key)
        if len(cohort.family) == 1:
            (name,) = cohort.family
            alone[name].append(Choice(getattr(cohort, name), label, count))
    counts = {one.key: one.tenants for one in alone["size"]}
    sizes = [Choice(band.id, band.label, counts[band.id]) for band in SIZE_BANDS if band.id in counts]
    return Choices(alone["industry"], sizes, alone["segment"])
