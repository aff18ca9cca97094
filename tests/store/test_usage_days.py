"""Whole days of usage as columns: the same figures as row by row."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from client_health.store import usage, usage_days
from client_health.store.engine import Store
from client_health.store.schema import tenants
from client_health.store.types import pack, unpack
from client_health.store.usage_days import UsageDay
from client_health.usage.metrics import UsageMetrics

DAY = date(2026, 3, 2)
NIGHT = datetime(2026, 3, 3, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 30, 59, 123457, tzinfo=UTC)
NAN = float("nan")


def know(store: Store, *keys: int) -> None:
    """Tenants by their surrogate keys; ids sort the other way round."""
    with store.write() as connection:
        for key in keys:
            values = {"id": key, "tenant_id": name(key), "name": "x", "is_active": key % 2 == 0}
            connection.execute(sa.insert(tenants).values(**values))


def name(key: int) -> str:
    return f"t{1000 - key}"


def write(
    store: Store,
    keys: Sequence[int],
    values: dict[str, list[float]],
    stale: dict[str, list[float]] | None = None,
    as_of: datetime = NIGHT,
    day: date = DAY,
) -> None:
    """Write usage as a run does."""
    columns = {name: np.array(column, dtype=np.float64) for name, column in values.items()}
    ages = {name: np.array(column, dtype=np.float64) for name, column in (stale or {}).items()}
    with store.write() as connection:
        usage.write(connection, day, as_of, keys, UsageMetrics([], columns, ages))


def read(store: Store, day: date = DAY) -> UsageDay:
    with store.read() as connection:
        return usage_days.read_day(connection, day)


def row_by_row(store: Store, day: date = DAY) -> dict[str, tuple]:
    with store.read() as connection:
        found = list(usage.between(connection, day, day))
    return {one.tenant_id: (one.measures, one.stale_days, one.as_of) for one in found}


def column_by_column(found: UsageDay) -> dict[str, tuple]:
    """The same in the form of rows."""

    def known(columns: dict[str, np.ndarray], place: int) -> dict[str, float]:
        every = {measure: float(column[place]) for measure, column in columns.items()}
        return {measure: value for measure, value in every.items() if not math.isnan(value)}

    return {
        name(key): (
            known(found.values, place),
            known(found.stale_days, place),
            datetime.fromtimestamp(found.as_of[place], UTC),
        )
        for place, key in enumerate(found.tenants.tolist())
    }


def assert_same(store: Store, day: date = DAY) -> None:
    found = read(store, day)
    assert found.day == day
    assert column_by_column(found) == row_by_row(store, day)
    assert found.tenants.tolist() == sorted(found.tenants.tolist())
    for column in (*found.values.values(), *found.stale_days.values()):
        assert column.shape == found.tenants.shape
        assert column.dtype == np.float64


def test_a_day_is_read_as_columns_in_order_of_the_keys(store):
    know(store, 3, 1, 2)
    write(store, [3, 1, 2], {"logins": [30, 10, NAN], "tickets": [3, 1, 2]})
    found = read(store)
    assert found.tenants.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(found.values["logins"], [10, NAN, 30])
    np.testing.assert_array_equal(found.values["tickets"], [1, 2, 3])
    assert found.stale_days == {}
    assert_same(store)


def test_rows_of_several_measure_sets_on_one_day_lie_in_the_same_columns(store):
    know(store, *range(1, 7))
    write(store, [1, 2], {"logins": [1, 2], "tickets": [10, 20]})
    write(store, [3, 4], {"tickets": [30, 40]}, as_of=NOON)
    write(store, [5, 6], {"assignments": [5, 6], "tickets": [50, NAN], "zeal": [0, -0.0]})
    found = read(store)
    np.testing.assert_array_equal(found.values["tickets"], [10, 20, 30, 40, 50, NAN])
    np.testing.assert_array_equal(found.values["logins"], [1, 2, NAN, NAN, NAN, NAN])
    np.testing.assert_array_equal(found.values["assignments"], [NAN] * 4 + [5, 6])
    assert_same(store)


def test_ages_of_stand_ins_are_kept_tenant_by_tenant(store):
    know(store, 1, 2, 3, 4)
    logins, tickets = [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]
    write(store, [1, 2, 3], {"logins": logins, "tickets": tickets}, {"logins": [2, NAN, 1]})
    write(store, [4], {"logins": [4]}, {"logins": [3]})
    found = read(store)
    assert list(found.stale_days) == ["logins"]
    np.testing.assert_array_equal(found.stale_days["logins"], [2, NAN, 1, 3])
    assert_same(store)


def test_a_measure_that_nobody_has_is_no_column(store):
    know(store, 1, 2)
    write(store, [1, 2], {"logins": [1, 2], "tickets": [NAN, NAN]}, {"tickets": [NAN, NAN]})
    found = read(store)
    assert (list(found.values), list(found.stale_days)) == (["logins"], [])
    assert_same(store)


def test_each_row_keeps_its_own_instant(store):
    know(store, 1, 2)
    write(store, [1, 2], {"logins": [1, 2]}, as_of=NOON)
    write(store, [2], {"logins": [3]}, as_of=NIGHT)
    assert read(store).as_of.tolist() == [NOON.timestamp(), NIGHT.timestamp()]
    assert_same(store)


def test_a_day_without_usage_is_empty_and_other_days_are_left_alone(store):
    know(store, 1)
    write(store, [1], {"logins": [1]})
    empty = read(store, DAY + timedelta(days=1))
    assert (len(empty.tenants), len(empty.as_of), empty.values, empty.stale_days) == (0, 0, {}, {})
    assert row_by_row(store, DAY + timedelta(days=1)) == {}


@pytest.mark.parametrize("seed", range(4))
def test_columns_hold_what_rows_hold(store, seed):
    random = np.random.default_rng(seed)
    keys, measures = list(range(1, 40)), ["a", "b", "c", "d"]
    know(store, *keys)
    for number in range(3):
        day = DAY + timedelta(days=number)
        for _ in range(3):
            some = random.permutation(keys)[: random.integers(1, 30)].tolist()
            names = random.permutation(measures)[: random.integers(1, 5)].tolist()
            shape = len(some)
            values = {
                one: np.where(random.random(shape) < 0.3, NAN, random.random(shape) * 1e6) for one in names
            }
            ages = {
                one: np.where(random.random(shape) < 0.5, NAN, random.integers(0, 9, shape))
                for one in names[:2]
            }
            instant = NIGHT + timedelta(days=number, microseconds=int(random.integers(0, 10**9)))
            write(store, some, values, ages if random.random() < 0.7 else None, instant, day)
    for number in range(3):
        assert len(read(store, DAY + timedelta(days=number)).tenants) > 3
        assert_same(store, DAY + timedelta(days=number))


FIGURES = st.floats(allow_nan=True, allow_infinity=False)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@settings(max_examples=60, deadline=None)
@given(
    matrix=st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(
        lambda shape: arrays(float, shape, elements=FIGURES)
    )
)
def test_what_is_packed_is_unpacked_again(dialect, matrix):
    packed = pack(matrix, dialect)
    assert len(packed) == len(matrix)
    np.testing.assert_array_equal(unpack(packed, matrix.shape[1], dialect), matrix)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**15))
def test_an_instant_survives_being_a_number_of_seconds(microseconds):
    exact = datetime(2006, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert datetime.fromtimestamp(exact.timestamp(), UTC) == exact
