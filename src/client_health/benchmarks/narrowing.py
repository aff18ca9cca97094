"""Which cohort somebody asks for."""

from dataclasses import dataclass

from client_health.benchmarks.cohorts import ALL, ANY, FAMILIES, Cohort
from client_health.errors import UsageError
from client_health.store.tenants import folded
from client_health.usage.size_bands import SIZE_BANDS, band_named


@dataclass(frozen=True)
class Narrowed:
    """The cohort that is asked for, and its industry or segment as the question writes it."""

    cohort: Cohort
    label: str


def narrow(industry: str | None, size: str | None, segment: str | None) -> Narrowed | None:
    """The cohort with these attributes, blank ones not given; None: not narrowed. Raises UsageError."""
    asked_industry, asked_segment = _plain(industry), _plain(segment)
    cohort = Cohort(folded(asked_industry), _band(_plain(size)), folded(asked_segment))
    if cohort.family not in FAMILIES:
        raise UsageError(
            f"there are no benchmarks by {' and '.join(cohort.family)} together; "
            f"allowed: {', '.join(' and '.join(family) for family in FAMILIES if family)}"
        )
    return None if cohort == ALL else Narrowed(cohort, asked_industry or asked_segment)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _band(size: str) -> str:
    band = band_named(size) if size else None
    if size and band is None:
        raise UsageError(
            f"size: there is no size {size!r}; allowed: {', '.join(one.id for one in SIZE_BANDS)}"
        )
    return band.id if band else ANY
