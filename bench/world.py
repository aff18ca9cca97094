"""What the night benchmarks share: a server, an application database, a store with history, nights."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import psycopg
import structlog

from bench import casework
from bench.pure_sql import PureSql
from client_health.instants import utc_now
from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.presets import load_preset
from client_health.settings.model import Settings
from client_health.store import migrate
from client_health.store.engine import Store, open_store
from tests.databases import PostgresServer, start_postgres

HISTORY = 8  # nights before the first timed one
SERVER = {"shared_buffers": "2GB", "work_mem": "64MB", "max_wal_size": "8GB", "checkpoint_timeout": "1h"}


def settings_for(source_url: str, store_url: str, gentle: bool = True, features: bool = False) -> Settings:
    """The configuration of an installation that uses the preset."""
    preset = load_preset("casework", "postgresql")
    return Settings.model_validate(
        {
            "store": {"url": store_url},
            "source": {"url": source_url, "pause_ms": 0, "gentle": gentle, "statement_timeout": "10min"},
            "tenants": {"sql": preset.tenants_sql},
            "usage": {name: {"sql": query.sql, **query.settings} for name, query in preset.usage.items()},
            "features": {"sql": preset.features_sql} if features else None,
            "benchmarks": {"measures": [asdict(measure) for measure in preset.benchmarks]},
        }
    )


def score_night(store: Store, settings: Settings, day: date) -> None:
    """One night as the product does it: wait for the turn, queue, collect, score, publish."""
    stop = threading.Event()
    with wait_for_turn(store, stop) as lease:
        run, _ = requests.ask(store, settings, requests.night(settings, day, past=False), utc_now())
        done = perform(store, settings, run.id, lease, stop)
    if done.outcome != "clean":
        raise RuntimeError(f"the night of {day} ended {done.status}, {done.outcome}: {done.failure}")


@dataclass
class World:
    """The running server and both sides of the comparison."""

    server: PostgresServer
    source_url: str
    store_url: str
    store: Store
    pure_sql: PureSql
    tenants: int
    rows: int
    day: date = casework.FIRST_NIGHT

    def next_day(self) -> date:
        """A date that neither side has scored yet."""
        self.day += timedelta(days=1)
        return self.day

    def settings(self, gentle: bool = True, features: bool = False) -> Settings:
        """The configuration of this world."""
        return settings_for(self.source_url, self.store_url, gentle, features)

    @property
    def version(self) -> str:
        """Of the server."""
        with psycopg.connect(self.source_url) as connection:
            return connection.info.parameter_status("server_version") or "unknown"

    @property
    def size(self) -> str:
        """In words."""
        return f"{self.tenants:,} tenants, {self.rows / 1e6:.1f} M rows"


@contextmanager
def world(tenants: int, rows: int) -> Iterator[World]:
    """Build everything and score the nights before the first timed one, on both sides."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with start_postgres(settings=SERVER) as server:
        source_url, store_url = server.create_database("casework"), server.create_database("store")
        rows = casework.build(source_url, tenants, rows)
        store = open_store(settings_for(source_url, store_url))
        try:
            migrate.upgrade(store)
            found = World(server, source_url, store_url, store, PureSql(source_url), tenants, rows)
            for _ in range(HISTORY):
                day = found.next_day()
                score_night(store, found.settings(gentle=False, features=True), day)
                found.pure_sql.score_night(day, gentle=False, features=True)
            for url in (source_url, store_url):
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("vacuum analyze")
            yield found
        finally:
            store.close()
