"""Instants and vectors mean the same on both dialects."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from client_health.store import partitions
from client_health.store.bulk import merge
from client_health.store.schema import measure_sets, usage_metrics
from client_health.store.schema import tenants as table
from client_health.store.types import pack, stack

INSTANTS = [
    datetime(2026, 3, 2, tzinfo=UTC),
    datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(1969, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
]


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_comes_back_in_utc_by_either_way_of_writing(store, instant):
    with store.write() as connection:
        connection.execute(
            sa.insert(table).values(id=1, tenant_id="a", name="A", since=instant, is_active=True)
        )
        columns = ("id", "tenant_id", "name", "since", "is_active")
        merge(connection, table, columns, [(2, "b", "B", instant, True)])
    with store.read() as connection:
        found = list(connection.scalars(sa.select(table.c.since).order_by(table.c.id)))
    assert found == [instant.astimezone(UTC)] * 2  # a folded hour equals nothing in another zone
    assert {one.tzinfo for one in found} == {UTC}


def test_instants_compare_in_sql_as_they_do_in_time(store):
    ordered = [INSTANTS[0] + timedelta(microseconds=step) for step in (0, 1, 999_999, 1_000_000)]
    with store.write() as connection:
        for number, instant in enumerate(ordered):
            connection.execute(
                sa.insert(table).values(tenant_id=str(number), name="x", since=instant, is_active=True)
            )
    with store.read() as connection:
        assert list(connection.scalars(sa.select(table.c.since).order_by(table.c.since))) == ordered
        later = sa.select(table.c.since).where(table.c.since > ordered[1]).order_by(table.c.since)
        assert list(connection.scalars(later)) == ordered[2:]


@pytest.mark.parametrize("figures", [[1.5, np.nan, 0.0], [1e308, -0.0, 5e-324], [np.nan], []])
def test_a_vector_comes_back_figure_by_figure(store, figures):
    vector = np.array(figures, dtype=np.float64)
    packed = pack(vector.reshape(1, -1), store.dialect)[0] if len(vector) else None
    row = {"day": INSTANTS[0].date(), "measure_set": 1, "as_of": INSTANTS[0]}
    with store.write() as connection:
        partitions.ensure(connection, row["day"], row["day"])
        connection.execute(sa.insert(usage_metrics).values(tenant=1, measures=vector, **row))
        if packed is not None:
            columns = ("day", "tenant", "measure_set", "measures", "as_of")
            values = [(row["day"], 2, 1, packed, row["as_of"])]
            merge(connection, usage_metrics, columns, values)
    with store.read() as connection:
        for found in connection.scalars(sa.select(usage_metrics.c.measures)):
            np.testing.assert_array_equal(found, vector)
            assert found.dtype == np.float64


def test_a_vector_may_be_null(store):
    with store.write() as connection:
        partitions.ensure(connection, INSTANTS[0].date(), INSTANTS[0].date())
        connection.execute(
            sa.insert(usage_metrics).values(
                day=INSTANTS[0].date(), tenant=1, measure_set=1, measures=np.ones(1), as_of=INSTANTS[0]
            )
        )
    with store.read() as connection:
        assert connection.scalar(sa.select(usage_metrics.c.stale_days)) is None


def test_packing_keeps_rows_apart():
    matrix = np.arange(6.0).reshape(3, 2)
    rows = [np.frombuffer(one, dtype="<f8") for one in pack(matrix, "sqlite")]
    np.testing.assert_array_equal(stack(rows, 2), matrix)
    assert stack([], 2).shape == (0, 2)


def test_a_write_is_all_or_nothing(store):
    def write() -> None:
        with store.write() as connection:
            connection.execute(sa.insert(measure_sets).values(names="a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    with store.read() as connection:
        assert connection.execute(sa.select(measure_sets)).all() == []
