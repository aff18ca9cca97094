"""Merging many rows: inserted, replaced, guarded, and left alone where nothing changed."""

import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
import sqlalchemy as sa

from client_health.store import partitions
from client_health.store.bulk import LATER_WINS, merge
from client_health.store.engine import Store
from client_health.store.schema import score_days, usage_metrics
from client_health.store.schema import tenants as tenants_table
from client_health.store.types import pack

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COLUMNS = ("day", "tenant", "measure_set", "measures", "as_of")
ON_POSTGRESQL = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
TENANT = ("id", "tenant_id", "name", "is_active")


def measures(store: Store, *rows: tuple[int, float, datetime], guard=LATER_WINS, quiet=()) -> None:
    """Merge (tenant, figure, as of) rows of one day."""
    with store.write() as connection:
        partitions.ensure(connection, DAY, DAY)
        packed = pack(np.array([[figure] for _, figure, _ in rows]), store.dialect)
        values = [(DAY, key, 1, one, as_of) for (key, _, as_of), one in zip(rows, packed, strict=True)]
        merge(connection, usage_metrics, COLUMNS, values, guard=guard, quiet=quiet)


def stored(store: Store) -> dict[int, tuple[float, datetime]]:
    with store.read() as connection:
        rows = connection.execute(sa.select(usage_metrics).order_by(usage_metrics.c.tenant))
        return {row.tenant: (row.measures[0], row.as_of) for row in rows}


def physical(store: Store) -> dict[int, tuple[str, str]]:
    """Where PostgreSQL keeps each row, and which transaction wrote it."""
    with store.read() as connection:
        rows = connection.execute(sa.text("select tenant, ctid::text, xmin::text from usage_metrics"))
        return {row.tenant: (row.ctid, row.xmin) for row in rows}


def test_new_rows_are_inserted_and_known_ones_replaced(store):
    measures(store, (1, 10, NOON), (2, 20, NOON))
    measures(store, (2, 21, NOON), (3, 30, NOON))
    assert stored(store) == {1: (10, NOON), 2: (21, NOON), 3: (30, NOON)}


def test_the_guard_keeps_a_row_of_a_later_instant(store):
    measures(store, (1, 10, NOON), (2, 20, NOON))
    earlier, later = NOON - timedelta(microseconds=1), NOON + timedelta(microseconds=1)
    measures(store, (1, 11, earlier), (2, 21, later))
    assert stored(store) == {1: (10, NOON), 2: (21, later)}


def test_instants_of_other_zones_are_compared_as_instants(store):
    tokyo = timezone(timedelta(hours=9))
    measures(store, (1, 10, NOON.astimezone(tokyo)))
    measures(store, (1, 11, NOON - timedelta(hours=1)))
    assert stored(store) == {1: (10, NOON)}


def test_without_a_guard_the_last_merge_wins(store):
    measures(store, (1, 10, NOON))
    measures(store, (1, 11, NOON - timedelta(days=1)), guard=None)
    assert stored(store) == {1: (11, NOON - timedelta(days=1))}


def test_no_rows_at_all_are_no_problem(store):
    with store.write() as connection:
        merge(connection, usage_metrics, COLUMNS, [])
        merge(connection, usage_metrics, COLUMNS, iter(()))
    assert stored(store) == {}


def test_a_table_that_is_all_key_ignores_what_it_knows(store):
    for _ in range(2):
        with store.write() as connection:
            merge(connection, score_days, ("scorecard", "day"), [(1, DAY)])
    with store.read() as connection:
        assert connection.execute(sa.select(score_days)).all() == [(1, DAY)]


def test_two_merges_in_one_transaction_work(store):
    with store.write() as connection:
        for name in ("first", "second"):
            merge(connection, tenants_table, TENANT, [(1, "a", name, True)])
    with store.read() as connection:
        assert connection.scalar(sa.select(tenants_table.c.name)) == "second"


def test_columns_that_are_not_written_keep_their_values(store):
    with store.write() as connection:
        merge(connection, tenants_table, (*TENANT, "owner"), [(1, "a", "A", True, "dana")])
        merge(connection, tenants_table, TENANT, [(1, "a", "B", False)])
    with store.read() as connection:
        row = connection.execute(sa.select(tenants_table)).one()
    assert (row.name, row.owner, row.is_active) == ("B", "dana", False)


@pytest.mark.parametrize(
    "text", ["O'Neil", "tab\tnew\nline", "Ünïcode 💚", '"quoted"', "100% :word", "\\N", ""]
)
def test_every_text_comes_back_as_it_was(store, text):
    with store.write() as connection:
        merge(connection, tenants_table, TENANT, [(1, text, text, True)])
    with store.read() as connection:
        row = connection.execute(sa.select(tenants_table)).one()
    assert (row.tenant_id, row.name) == (text, text)


@ON_POSTGRESQL
def test_an_unchanged_row_is_not_written_again_on_postgresql(store):
    measures(store, (1, 10, NOON), (2, 20, NOON), (3, float("nan"), NOON))
    before = physical(store)
    measures(store, (1, 10, NOON), (2, 21, NOON), (3, float("nan"), NOON))
    after = physical(store)
    assert (after[1], after[3]) == (before[1], before[3])
    assert after[2] != before[2]


@ON_POSTGRESQL
def test_a_row_that_differs_in_quiet_columns_alone_is_left_alone_on_postgresql(store):
    later = NOON + timedelta(hours=1)
    measures(store, (1, 10, NOON), (2, 20, NOON))
    before = physical(store)
    measures(store, (1, 10, later), (2, 21, later), quiet=("as_of",))
    assert physical(store)[1] == before[1]
    assert stored(store) == {1: (10, NOON), 2: (21, later)}


def test_a_bad_row_in_the_middle_writes_nothing(store):
    measures(store, (1, 10, NOON))

    def write() -> None:
        with store.write() as connection:
            merge(connection, tenants_table, TENANT, [(2, "b", "B", True), (3, None, None, True)])

    with pytest.raises((sqlite3.IntegrityError, sa.exc.IntegrityError)):
        write()
    with store.read() as connection:
        assert connection.execute(sa.select(tenants_table)).all() == []
    assert stored(store) == {1: (10, NOON)}
