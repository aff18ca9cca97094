"""Figures that are kept aside come back as they were, whatever they hold."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_health.errors import NotFoundError
from client_health.store import held
from client_health.store.schema import held_collections
from client_health.usage.features import FeatureUse
from client_health.usage.metrics import Collection, QueryReport, UsageMetrics
from client_health.usage.problems import Problem
from client_health.usage.tenants import Tenant

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MAYBE_TEXT = st.none() | TEXT
INSTANTS = st.datetimes(timezones=st.just(UTC))
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)

TENANTS = st.builds(
    Tenant,
    key=st.integers() | TEXT | st.uuids(),
    tenant_id=TEXT,
    name=TEXT,
    slug=MAYBE_TEXT,
    since=st.none() | INSTANTS,
    segment=MAYBE_TEXT,
    industry=MAYBE_TEXT,
    employee_count=st.none() | st.integers(0, 2**31 - 1),
    owner=MAYBE_TEXT,
    arr=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    renewal_date=st.none() | st.dates(),
)
REPORTS = st.builds(
    QueryReport,
    name=NAMES,
    source=NAMES,
    rows=st.integers(0, 10**9),
    measures=st.lists(NAMES, max_size=3).map(tuple),
    seconds=st.floats(0, 1e6),
    attempts=st.integers(0, 10),
    failure=MAYBE_TEXT,
    left_out=st.booleans(),
)
PROBLEMS = st.builds(
    Problem,
    severity=st.sampled_from(["error", "notice"]),
    message=TEXT,
    query=MAYBE_TEXT,
    tenant_id=MAYBE_TEXT,
    column=MAYBE_TEXT,
)
USE = st.builds(
    FeatureUse,
    tenant_id=TEXT,
    feature_key=TEXT,
    first_used_at=st.none() | INSTANTS,
    last_used_at=st.none() | INSTANTS,
)


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    tenants = draw(st.lists(TENANTS, max_size=4))

    def columns(figures: st.SearchStrategy[float]) -> dict[str, np.ndarray]:
        column = st.lists(figures, min_size=len(tenants), max_size=len(tenants))
        found = draw(st.dictionaries(NAMES, column, max_size=4))
        return {name: np.array(values, dtype=np.float64) for name, values in found.items()}

    return Collection(
        UsageMetrics(tenants, columns(st.floats()), columns(st.just(np.nan) | st.floats(0, 365))),
        draw(st.lists(REPORTS, max_size=3)),
        draw(st.lists(PROBLEMS, max_size=3)),
        draw(st.none() | st.lists(USE, max_size=3)),
    )


def assert_same_columns(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert list(found) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(found[name], column)
        assert (found[name].dtype, found[name].shape) == (column.dtype, column.shape)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(collection=collections())
def test_what_is_kept_comes_back_as_it_was(store, collection):
    run_id = uuid4().hex
    with store.write() as connection:
        held.write(connection, run_id, collection, NOON)
    with store.read() as connection:
        found = held.read(connection, run_id)
    # The id in its native type was for asking the source, which nobody does any more.
    assert found.metrics.tenants == [replace(tenant, key=None) for tenant in collection.metrics.tenants]
    assert (found.reports, found.problems) == (collection.reports, collection.problems)
    assert found.features == collection.features
    assert_same_columns(found.metrics.values, collection.metrics.values)
    assert_same_columns(found.metrics.stale_days, collection.metrics.stale_days)


def test_every_field_of_what_is_kept_is_among_the_kinds_that_were_tried():
    """A field that is added to one of these classes has to be tried above, too."""
    tried = {Tenant: 11, QueryReport: 8, Problem: 5, FeatureUse: 4, Collection: 4, UsageMetrics: 3}
    assert {kind: len(fields(kind)) for kind in tried} == tried


def test_what_is_kept_is_not_much_larger_than_its_figures(store):
    tenants = [Tenant(number, f"tenant-{number}", f"Tenant {number}") for number in range(5000)]
    values = {f"measure{number}": np.arange(5000.0) for number in range(10)}
    with store.write() as connection:
        held.write(connection, "large", Collection(UsageMetrics(tenants, values), [], []), NOON)
        size = len(connection.scalar(sa.select(held_collections.c.content)))
    assert size < 10 * 5000 * 8


def test_figures_that_are_not_kept_say_so(store):
    with store.read() as connection, pytest.raises(NotFoundError, match="run nothing are no longer kept"):
        held.read(connection, "nothing")


def test_a_date_forgets_its_own_and_what_is_older_than_a_month(store):
    empty = Collection(UsageMetrics([]), [], [])
    with store.write() as connection:
        for days in (0, 30, 31):
            held.write(connection, f"kept {days}", empty, NOON - timedelta(days=days))
        held.forget_superseded(connection, date(2026, 3, 2), NOON)
        assert set(connection.scalars(sa.select(held_collections.c.run_id))) == {"kept 0", "kept 30"}
