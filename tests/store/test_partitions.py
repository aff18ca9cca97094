"""Months of the daily tables: made when first written, once, whoever writes, and kept by the migration."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from client_health.store import migrate, partitions, usage
from client_health.store.engine import Store
from client_health.store.schema import health_scores, metadata, usage_metrics
from client_health.usage.metrics import UsageMetrics
from tests.store.conftest import open_store
from tests.store.test_migrate import config

NIGHT = datetime(2026, 3, 3, tzinfo=UTC)
ON_POSTGRESQL = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


def write(store: Store, *days: date) -> None:
    """A figure for tenants 1 and 2 on each of the days, as a run writes it."""
    for day in days:
        metrics = UsageMetrics([], {"seats": np.array([1.0, day.toordinal()])})
        with store.write() as connection:
            usage.write(connection, day, NIGHT, [1, 2], metrics)


def rows(store: Store, table: sa.Table = usage_metrics) -> list[str]:
    with store.read() as connection:
        return [str(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]


def partitions_of(store: Store, table: str) -> list[str]:
    query = "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = "
    with store.read() as connection:
        found = connection.scalars(sa.text(f"{query} cast(:table as regclass) order by 1"), {"table": table})
        return list(found)


def test_months_reach_from_the_first_date_to_the_last():
    found = partitions.months(date(2025, 11, 30), date(2026, 2, 1))
    assert list(found) == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert list(partitions.months(date(2024, 2, 29), date(2024, 2, 29))) == [date(2024, 2, 1)]


def test_what_is_written_on_either_side_of_a_month_is_read_again(store):
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2024, 2, 29)]
    write(store, *days)
    with store.read() as connection:
        found = connection.scalars(sa.select(usage_metrics.c.day).distinct().order_by(usage_metrics.c.day))
        assert list(found) == sorted(days)


@ON_POSTGRESQL
def test_a_month_is_made_when_it_is_first_written(store):
    write(store, date(2026, 3, 1), date(2026, 3, 31), date(2024, 2, 29))
    assert partitions_of(store, "usage_metrics") == ["usage_metrics_2024_02", "usage_metrics_2026_03"]
    assert partitions_of(store, "health_scores") == ["health_scores_2024_02", "health_scores_2026_03"]


@ON_POSTGRESQL
def test_a_month_whose_writing_fails_is_not_made(store):
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        partitions.ensure(connection, date(2026, 3, 1), date(2026, 3, 1)) or 1 / 0
    assert partitions_of(store, "usage_metrics") == []


@ON_POSTGRESQL
def test_several_writers_make_a_month_once(store_url, store):
    faults: list[Exception] = []
    start = threading.Barrier(4)

    def begin() -> None:
        own = open_store(store_url)
        try:
            start.wait()
            with own.write() as connection:
                partitions.ensure(connection, date(2025, 1, 1), date(2026, 12, 31))
        except Exception as fault:
            faults.append(fault)
        finally:
            own.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(partitions_of(store, "health_scores")) == 24


@ON_POSTGRESQL
def test_others_read_and_write_while_a_month_is_made(store):
    write(store, date(2026, 3, 1))
    with store.write() as making:
        partitions.ensure(making, date(2026, 4, 1), date(2026, 4, 1))
        with store.write() as other:
            other.execute(sa.text("set local lock_timeout = '2s'"))
            assert other.scalar(sa.select(sa.func.count()).select_from(usage_metrics)) == 2
            metrics = UsageMetrics([], {"seats": np.array([7.0])})
            usage.write(other, date(2026, 3, 1), NIGHT + timedelta(hours=1), [1], metrics)
    assert "2026_04" in partitions_of(store, "usage_metrics")[-1]


def downgraded(store: Store) -> None:
    with store.write() as connection:
        command.downgrade(config(connection), "0005")


def columns_of(store: Store) -> Sequence[tuple[str, str, bool]]:
    with store.read() as connection:
        inspected = sa.inspect(connection)
        return [
            (column["name"], str(column["type"]), column["nullable"])
            for table in partitions.DAILY
            for column in inspected.get_columns(table)
        ]


def test_a_store_of_the_version_before_is_converted_without_losing_a_row(store):
    days = [date(2024, 12, 31) + timedelta(days=number) for number in range(0, 430, 13)]
    write(store, *days)
    with store.write() as connection:
        values = dict.fromkeys(("component_states", "trend", "risk_level", "risk_reason"), "x")
        values |= {"component_scores": np.array([1.0, np.nan]), "confidence": 0.5, "as_of": NIGHT}
        told = [{"day": day, "tenant": 1, "scorecard": 3, **values} for day in days]
        connection.execute(
            sa.insert(health_scores), [row | {"calculated_at": NIGHT, "is_reported": True} for row in told]
        )
    before, columns = (rows(store), rows(store, health_scores)), columns_of(store)
    downgraded(store)
    assert (rows(store), rows(store, health_scores)) == before
    assert columns_of(store) == columns
    migrate.upgrade(store)
    assert (rows(store), rows(store, health_scores)) == before
    assert columns_of(store) == columns
    write(store, date(2026, 6, 1))
    assert len(rows(store)) == len(before[0]) + 2


@ON_POSTGRESQL
def test_a_converted_store_has_its_months_and_nothing_else(store):
    write(store, date(2025, 12, 31), date(2026, 2, 1))
    downgraded(store)
    assert partitions_of(store, "usage_metrics") == []
    migrate.upgrade(store)
    months = ["usage_metrics_2025_12", "usage_metrics_2026_01", "usage_metrics_2026_02"]
    assert partitions_of(store, "usage_metrics") == months
    with store.read() as connection:
        names = set(sa.inspect(connection).get_table_names())
        made = {name for table in partitions.DAILY for name in partitions_of(store, table)}
        assert names - made == set(metadata.tables) | {"alembic_version"}

        def wanted(name: str | None, kind: str, _parents: object) -> bool:
            return kind != "table" or name not in made

        options = {"compare_type": True, "include_name": wanted}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
