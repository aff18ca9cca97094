"""The preset's queries, asked as the collector asks them, and the instants that tests speak of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, make_url, text

from client_health.presets import Preset, load_preset
from tests.casework.builder import AS_OF, Casework
from tests.databases import sqlite_instant

START = AS_OF - timedelta(days=30)
FEATURE_START = AS_OF - timedelta(days=90)
DAY_START = datetime(2026, 3, 1, tzinfo=UTC)
YESTERDAY = AS_OF - timedelta(days=1)
IN_WINDOW = AS_OF - timedelta(days=10)
BEFORE_WINDOW = AS_OF - timedelta(days=40)
USAGE = (
    "login",
    "case_resolution",
    "campaign_completion",
    "feature_adoption",
    "support_tickets",
    "days_to_close",
)
TRACKED = (
    "HOTLINE_INTAKE",
    "WEB_INTAKE",
    "CASE_MANAGEMENT",
    "INVESTIGATIONS",
    "AI_ASSISTANT",
    "CUSTOM_WORKFLOWS",
    "CUSTOM_DASHBOARDS",
    "POLICY_MANAGEMENT",
    "COI_CAMPAIGNS",
    "ATTESTATION_CAMPAIGNS",
    "GIFT_DISCLOSURES",
    "SSO_ENABLED",
    "HRIS_INTEGRATION",
    "API_USAGE",
)

Figures = dict[str, dict[str, float]]


def preset_for(url: str) -> Preset:
    return load_preset("casework", "sqlite" if url.startswith("sqlite") else "postgresql")


def ask(url: str, sql: str, **binds: Any) -> list[dict[str, Any]]:
    """Run one statement as the collector does: zone UTC, instants in the dialect's form."""
    postgresql = not url.startswith("sqlite")
    address = make_url(url).set(drivername="postgresql+psycopg") if postgresql else make_url(url)
    engine = create_engine(address, connect_args={"options": "-c timezone=UTC"} if postgresql else {})
    if not postgresql:
        binds = {name: sqlite_instant(v) if isinstance(v, datetime) else v for name, v in binds.items()}
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), binds).mappings()]
    finally:
        engine.dispose()


def binds_of(
    sql: str, as_of: datetime = AS_OF, window: timedelta = timedelta(days=30)
) -> dict[str, datetime]:
    """The instants that `sql` names."""
    instants = {"as_of": as_of, "window_start": as_of - window, "day_start": DAY_START}
    return {name: value for name, value in instants.items() if f":{name}" in sql}


def usage(url: str, key: str, as_of: datetime = AS_OF) -> Figures:
    """The measures of one usage query by tenant."""
    query = preset_for(url).usage[key]
    window = timedelta(days=int(query.settings.get("window_days", 30)))
    rows = ask(url, query.sql, **binds_of(query.sql, as_of, window))
    figures = {row.pop("tenant_id"): {name: float(value) for name, value in row.items()} for row in rows}
    assert len(figures) == len(rows)
    return figures


def told(figures: Figures) -> Figures:
    """The tenants that have any figure but zeros: one that an answer leaves out has zeros in a run too."""
    return {tenant: row for tenant, row in figures.items() if any(row.values())}


def saved(db: Casework, key: str) -> Figures:
    db.save()
    return usage(str(db.target), key)
