"""Answers: how one tenant stands among its peers, and the figures of the fleet's cohorts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import sqlalchemy as sa

from client_health.benchmarks.cohorts import ALL, ANY, FAMILIES, Cohort, words
from client_health.benchmarks.figures import EMPTY, FEWEST_PEERS, Figures, Histogram
from client_health.benchmarks.measures import Compared, compared
from client_health.benchmarks.narrowing import Narrowed
from client_health.settings.model import BenchmarkSettings
from client_health.store import benchmarks, scorecards, tenants
from client_health.store.benchmarks import CohortRow
from client_health.store.latest_scores import scorecards_in_use
from client_health.store.tenants import StoredTenant, folded
from client_health.usage.size_bands import SIZE_BANDS, band_of

Rows = Mapping[str, CohortRow]
Side = Literal["ahead", "behind"]
_SIZES = [ANY, *(band.id for band in SIZE_BANDS)]
WORST_QUARTER, BEST_QUARTER = 25, 75  # percentiles where high is good, else the other way round


@dataclass(frozen=True)
class Standing:
    """One measure in one cohort. `peers`: how many the figures are of, the tenant itself not among them.

    `value` and `percentile` are the tenant's, None for the fleet; `figures` is None of too few peers.
    """

    measure: Compared
    peers: int
    figures: Figures | None
    value: int | None = None
    percentile: int | None = None

    @property
    def side(self) -> Side | None:
        """Whether the tenant is in the better or the worse quarter of its peers; None: between, or untold."""
        if self.percentile is None or WORST_QUARTER < self.percentile < BEST_QUARTER:
            return None
        return "ahead" if (self.percentile >= BEST_QUARTER) == self.measure.high_is_good else "behind"


@dataclass(frozen=True)
class CohortStandings:
    """All measures in one cohort of `tenants` tenants; `label`: its industry or segment as it is written."""

    cohort: Cohort
    label: str
    tenants: int
    standings: list[Standing]

    @property
    def title(self) -> str:
        """The cohort as people call it."""
        return words(self.cohort, self.label)


@dataclass(frozen=True)
class Benchmarks:
    """Cohorts as of a date, None where nothing has been computed yet; `tenant` is None for the fleet."""

    tenant: StoredTenant | None
    day: date | None
    cohorts: list[CohortStandings]


def of_tenant(
    connection: sa.Connection,
    settings: BenchmarkSettings,
    tenant_id: str,
    narrowed: Narrowed | None,
    only: str | None = None,
) -> Benchmarks:
    """A tenant in each cohort that it belongs to, or in the one asked for, by every measure or only by the
    one of that key; raises NotFoundError.

    Values and cohorts are those that were compared, so what is left without the tenant is the others.
    """
    tenant = tenants.find(connection, tenant_id)
    day = benchmarks.latest_day(connection)
    if day is None:
        return Benchmarks(tenant, None, [])
    member = benchmarks.member(connection, tenant.id)
    own = _cohort_of(tenant) if member is None else Cohort(*member.key)
    wanted = own.of() if narrowed is None else [narrowed.cohort]
    found = benchmarks.of_day(connection, day, [ALL, *wanted])
    everyone = found.get(ALL, {})
    values = {} if member is None else dict(zip(sorted(everyone), member.values.tolist(), strict=True))
    shown = _shown(connection, settings, [key for key in everyone if only in {None, key}])
    return Benchmarks(
        tenant,
        day,
        [
            _standings(
                cohort,
                found.get(cohort, {}),
                _label(cohort, tenant) if narrowed is None else narrowed.label,
                list(_of_tenant(shown, found.get(cohort, {}), values, cohort in own.of())),
            )
            for cohort in wanted
        ],
    )


def of_fleet(connection: sa.Connection, settings: BenchmarkSettings, narrowed: Narrowed | None) -> Benchmarks:
    """The figures of every cohort over all its tenants, or of the one asked for."""
    day = benchmarks.latest_day(connection)
    if day is None:
        return Benchmarks(None, None, [])
    keys = None if narrowed is None else [ALL, narrowed.cohort]
    found = benchmarks.of_day(connection, day, keys, histograms=False)
    shown = _shown(connection, settings, list(found.get(ALL, {})))
    wanted = sorted(map(Cohort._make, found), key=_order) if narrowed is None else [narrowed.cohort]
    label = "" if narrowed is None else narrowed.label
    return Benchmarks(
        None,
        day,
        [
            _standings(cohort, rows, label, list(_of_fleet(shown, rows)))
            for cohort, rows in ((one, found.get(one, {})) for one in wanted)
        ],
    )


def _of_tenant(
    shown: list[Compared], rows: Rows, values: dict[str, float], belongs: bool
) -> Iterator[Standing]:
    for measure in shown:
        row, value = rows.get(measure.key), values.get(measure.key, np.nan)
        others = EMPTY if row is None else Histogram.unpacked(row.histogram)
        if belongs:
            others = others.without(value)
        figures, own = others.figures(), None if np.isnan(value) else int(value)
        percentile = None if own is None or figures is None else others.mid_rank(own)
        yield Standing(measure, others.total, figures, own, percentile)


def _of_fleet(shown: list[Compared], rows: Rows) -> Iterator[Standing]:
    for measure in shown:
        row = rows.get(measure.key)
        if row is None or row.tenants < FEWEST_PEERS:
            yield Standing(measure, 0 if row is None else row.tenants, None)
        else:
            yield Standing(measure, row.tenants, Figures(row.p25, row.median, row.p75, row.mean))


def _standings(cohort: Cohort, rows: Rows, label: str, standings: list[Standing]) -> CohortStandings:
    stored = next((row.label for row in rows.values()), label)
    count = max((row.tenants for row in rows.values()), default=0)
    return CohortStandings(cohort, stored, count, standings)


def _shown(connection: sa.Connection, settings: BenchmarkSettings, keys: Sequence[str]) -> list[Compared]:
    """What was compared, with names: those of the scorecards in use, else of whichever version had it.

    Scorecards are only looked up where they name something: which are in use takes a look at all tenants.
    """
    named = compared([], settings.measures)
    if set(keys) - set(named):
        cards = [scorecards.by_id(connection, key).scorecard for key in scorecards_in_use(connection)]
        named = compared(cards, settings.measures)
    if set(keys) - set(named):
        earlier = [one.scorecard for one in scorecards.all_versions(connection)]
        named = compared([*earlier, *cards], settings.measures)
    return [one for key, one in named.items() if key in keys]


def _cohort_of(tenant: StoredTenant) -> Cohort:
    band = band_of(tenant.employee_count)
    return Cohort(folded(tenant.industry or ""), band.id if band else "", folded(tenant.segment or ""))


def _label(cohort: Cohort, tenant: StoredTenant) -> str:
    return (cohort.industry and tenant.industry) or (cohort.segment and tenant.segment) or ""


def _order(cohort: Cohort) -> tuple[int, str, int, str]:
    """Family by family, by name; sizes from small to large."""
    return FAMILIES.index(cohort.family), cohort.industry, _SIZES.index(cohort.size), cohort.segment
