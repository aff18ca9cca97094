"""Computing the benchmarks of a date over the whole fleet at once."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import compress

import numpy as np
import sqlalchemy as sa

from client_health.benchmarks.cohorts import Attribute, Cohort, Family, families, size_bands, texts
from client_health.benchmarks.distributions import QUARTILES, Codes, Distributions, distribute
from client_health.benchmarks.measures import values_of
from client_health.scorecard.columns import Columns
from client_health.scorecard.components import Bools
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats
from client_health.settings.model import BenchmarkSettings
from client_health.store import benchmarks, published_runs, scorecards
from client_health.store.benchmarks import CohortRow
from client_health.store.latest_scores import LatestScores, read_latest, scorecards_in_use
from client_health.store.runs import Run
from client_health.store.types import unpack
from client_health.store.usage_days import UsageDay, read_day

Values = dict[str, Floats]


def compute_after(connection: sa.Connection, settings: BenchmarkSettings, run: Run) -> None:
    """Compute the benchmarks of a whole-fleet run's date, unless a later date has been published."""
    if run.kind == "all" and not published_runs.published_after(connection, run.score_date):
        compute(connection, settings, run.score_date)


def compute(connection: sa.Connection, settings: BenchmarkSettings, day: date) -> None:
    """Compare the latest scores of the active tenants up to `day`, and store what comes out for that date.

    Left out are scores that are older than the `max_age_days` of their scorecard.
    """
    cards = {key: scorecards.by_id(connection, key).scorecard for key in scorecards_in_use(connection)}
    oldest = day - timedelta(days=max((card.max_age_days for card in cards.values()), default=0))
    scores = read_latest(connection, oldest, day)
    values = _values(connection, settings, cards, scores, day)
    attributes = {
        "industry": texts(scores.industries),
        "size": size_bands(scores.employees),
        "segment": texts(scores.segments),
    }  # in the order of a Cohort
    benchmarks.write(connection, day, _rows(values, attributes, len(scores.tenants)))
    if benchmarks.latest_day(connection) == day:
        _write_members(connection, scores, values, attributes)


def _values(
    connection: sa.Connection,
    settings: BenchmarkSettings,
    cards: dict[int, Scorecard],
    scores: LatestScores,
    day: date,
) -> Values:
    """What is compared, one column over all tenants per key; nothing of scores that are too old."""
    found: Values = {}
    for ordinal in np.unique(scores.days).tolist():
        usage = read_day(connection, date.fromordinal(ordinal))
        for key, card in cards.items():
            places = np.flatnonzero((scores.days == ordinal) & (scores.scorecards == key))
            if not len(places) or day.toordinal() - ordinal > card.max_age_days:
                continue
            packed = [scores.components[place] for place in places.tolist()]
            components = unpack(packed, len(card.components), connection.dialect.name).T
            columns = _columns(usage, scores.tenants[places])
            told = values_of(card, scores.overall[places], components, columns, settings.measures)
            for name, column in told.items():
                found.setdefault(name, np.full(len(scores.tenants), np.nan))[places] = column
    return {name: column for name, column in sorted(found.items()) if not np.isnan(column).all()}


def _columns(usage: UsageDay, tenants: Codes) -> Columns:
    """The measures of these tenants; missing where the date has none of a tenant."""
    count = len(tenants)
    if not len(usage.tenants):
        return Columns(count, {})
    at = np.minimum(np.searchsorted(usage.tenants, tenants), len(usage.tenants) - 1)
    known = usage.tenants[at] == tenants
    values, stale = (
        {name: np.where(known, column[at], np.nan) for name, column in columns.items()}
        for columns in (usage.values, usage.stale_days)
    )
    return Columns(count, values, stale)


def _rows(values: Values, attributes: dict[str, Attribute], count: int) -> Iterator[CohortRow]:
    for family in families(attributes, count):
        for measure, column in values.items():
            yield from _rows_of(family, measure, distribute(family.codes, column))


def _rows_of(family: Family, measure: str, found: Distributions) -> Iterator[CohortRow]:
    quartiles = [found.quantiles(share) for share in QUARTILES]
    figures = np.column_stack([found.totals, *quartiles, found.means()]).astype(np.int64).tolist()
    for code, row, packed in zip(found.groups.tolist(), figures, found.packed(), strict=True):
        count, p25, median, p75, mean = row
        cohort, label = family.cohort(code)
        yield CohortRow(cohort, measure, label, count, p25, median, p75, mean, packed)


def _write_members(
    connection: sa.Connection, scores: LatestScores, values: Values, attributes: dict[str, Attribute]
) -> None:
    """Keep what was compared: attributes and scores may change before somebody asks."""
    matrix = np.column_stack(list(values.values())) if values else np.empty((len(scores.tenants), 0))
    compared: Bools = np.any(~np.isnan(matrix), axis=1)
    each = zip(*(attribute.of_each() for attribute in attributes.values()), strict=True)
    keys = (Cohort(*key) for key in compress(each, compared))
    benchmarks.write_members(connection, scores.tenants[compared], keys, matrix[compared])
