"""The reference of the night: the same work, written as SQL, done inside the application's own database."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import psycopg
import sqlalchemy as sa

from bench.casework import FIRST_NIGHT
from client_health.presets import load_preset
from client_health.sources.statement import render
from client_health.store import partitions
from client_health.store.schema import metadata
from tests.databases import TABLES

MEASURES = {
    "login": ("active_users", "total_users"),
    "case_resolution": (
        "cases_on_time",
        "cases_with_verdict",
        "cases_created_today",
        "cases_closed_today",
        "cases_overdue",
    ),
    "campaign_completion": ("assignments_completed", "assignments_due", "active_campaigns"),
    "feature_adoption": ("features_in_use", "features_tracked"),
    "support_tickets": ("support_tickets",),
    "days_to_close": ("days_to_close",),
}
ABSENT = {"days_to_close": "'NaN'"}  # no case closed: there is no median


class PureSql:
    """Scores nights into tables of the same shape as the store's, in the schema `reference`."""

    def __init__(self, url: str) -> None:
        self._url = url
        create_tables(url, "reference")

    def score_night(self, day: date, gentle: bool, features: bool = False) -> None:
        """Aggregate, score, compare with peers and write one night in one transaction."""
        with psycopg.connect(self._url, cursor_factory=psycopg.ClientCursor) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set search_path = reference, public")
            if gentle:
                connection.execute("set max_parallel_workers_per_gather = 0")
            values = instants(day)
            connection.execute(*collecting(values))
            for name in ("night", "peers", *(["features"] if features else [])):
                for statement in statements(name):
                    connection.execute(statement.encode(), values)


def create_tables(url: str, schema: str) -> None:
    """Create the store's tables in a schema of another database, but none that would hide one of its own."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create schema {schema}")
        translated = connection.execution_options(schema_translate_map={None: schema})
        metadata.create_all(
            translated, [table for table in metadata.sorted_tables if table.name not in TABLES]
        )
        connection.exec_driver_sql(f"set local search_path = {schema}")
        partitions.ensure(connection, FIRST_NIGHT, FIRST_NIGHT + timedelta(days=365))
    engine.dispose()


def instants(day: date) -> dict[str, object]:
    """What the night of a date binds."""
    start = datetime.combine(day, time(), UTC)
    as_of = start + timedelta(days=1)
    return {"day": day, "as_of": as_of, "day_start": start, "now": datetime.now(UTC)}


def collecting(values: dict[str, object]) -> tuple[bytes, dict[str, object]]:
    """One statement that joins the preset's aggregates to the tenants."""
    preset = load_preset("casework", "postgresql")
    as_of = values["as_of"]
    assert isinstance(as_of, datetime)
    columns, joins, bound = [], [], dict(values)
    for name, measures in MEASURES.items():
        days = int(preset.usage[name].settings.get("window_days", 30))
        bound[f"window_{days}"] = as_of - timedelta(days=days)
        text, _ = render(preset.usage[name].sql, {**values, "window_start": None}, "pyformat")
        text = text.replace("%(window_start)s", f"%(window_{days})s")
        joins.append(f"left join (\n{text}\n) as {name} using (tenant_id)")
        columns += [
            f"coalesce({name}.{measure}, {ABSENT.get(measure, '0')})::float8 as {measure}"
            for measure in measures
        ]
    # CREATE TABLE AS may use parallel workers, INSERT … SELECT may not.
    return (
        "create temp table collected on commit drop as "
        f"select fleet.*, {', '.join(columns)} from (\n{preset.tenants_sql}\n) as fleet {' '.join(joins)}"
    ).encode(), bound


def statements(name: str) -> list[str]:
    """The statements of one of the SQL files here."""
    text = (Path(__file__).parent / f"pure_sql_{name}.sql").read_text("utf-8")
    return [part for part in text.split(";\n") if part.strip()]
