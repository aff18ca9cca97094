"""A small application with a handful of tenants, and runs over it: what most tests need."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.settings import Settings, load_settings
from client_health.settings.addresses import resolve_address
from client_health.store import migrate, portfolio, problems, runs
from client_health.store.audit import Actor
from client_health.store.engine import Store
from client_health.store.run_requests import RunRequest
from client_health.store.runs import Run
from client_health.usage.problems import Problem

MONDAY = date(2026, 3, 2)
TESTER = Actor("test", "command")

CONFIG = """
[store]
url = "{store_url}"
[source]
url = "sqlite:///app.db"
pause_ms = 0
[runs]
backoff = "10ms"
backoff_tenant = "10ms"
[tenants]
sql = "select id as tenant_id, name, since, industry, owner from orgs where active"
[usage.login]
past = "missing"
sql = "select org as tenant_id, active_users, total_users from logins"
[usage.tickets]
sql = "select org as tenant_id, tickets as support_tickets from tickets"
[scorecard]
file = "scorecard.toml"
"""
SCORECARD = """
name = "small"
alive_measure = "active_users"
[[components]]
key = "login"
name = "Login activity"
weight = 0.6
measure = "active_users"
per = "total_users"
curve = [[0, 0], [1, 100]]
when_empty = 0
[[components]]
key = "tickets"
name = "Support tickets"
weight = 0.4
measure = "support_tickets"
curve = [[0, 100], [10, 0]]
[risk]
high_when_not_alive = true
grace_days = 30
"""


class App:
    """The application's database: organizations, logins and tickets, one row each."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "app.db"
        self.execute(
            "create table orgs (id text, name text, since text, industry text, owner text, active int)"
        )
        self.execute("create table logins (org text, active_users real, total_users real)")
        self.execute("create table tickets (org text, tickets real)")

    def execute(self, sql: str, *values: Any) -> None:
        """Change the application's data."""
        with sqlite3.connect(self.path) as connection:
            connection.execute(sql, values)
        connection.close()

    def tenant(
        self, name: str, active: float = 10, users: float = 10, tickets: float = 0, **more: Any
    ) -> None:
        """Add a tenant, or change the figures of one."""
        self.forget(name)
        values = {"since": "2020-01-01 00:00:00", "industry": None, "owner": None, "active": 1} | more
        self.execute(
            "insert into orgs values (?, ?, ?, ?, ?, ?)",
            name,
            name.title(),
            values["since"],
            values["industry"],
            values["owner"],
            values["active"],
        )
        self.execute("insert into logins values (?, ?, ?)", name, active, users)
        self.execute("insert into tickets values (?, ?)", name, tickets)

    def forget(self, name: str) -> None:
        """Remove a tenant and its figures."""
        self.execute("delete from orgs where id = ?", name)
        self.execute("delete from logins where org = ?", name)
        self.execute("delete from tickets where org = ?", name)

    def break_table(self, table: str) -> None:
        """Make every query of a table fail."""
        self.execute(f"alter table {table} rename to {table}_broken")

    def mend_table(self, table: str) -> None:
        """Undo `break_table`."""
        self.execute(f"alter table {table}_broken rename to {table}")


@dataclass
class Service:
    """A folder with configuration, application and store, as a user would have it."""

    folder: Path
    app: App
    settings: Settings
    store: Store
    clock: Callable[[], datetime] = field(default=lambda: datetime(2026, 3, 10, 12, tzinfo=UTC))

    def perform(self, request: RunRequest) -> Run:
        """Queue a run and perform it here."""
        with wait_for_turn(self.store, threading.Event()) as lease:
            run, _ = requests.ask(self.store, self.settings, request, self.clock())
            return perform(self.store, self.settings, run.id, lease, threading.Event(), clock=self.clock)

    def night(self, day: date, accept: bool = False) -> Run:
        """A whole-fleet run as of the end of a day."""
        as_of = end_of_day(day, self.settings.zone)
        return self.perform(requests.by_command(self.settings, as_of, (), accept, TESTER, self.clock()))

    def nights(self, first: date, count: int) -> None:
        """Several nights in a row."""
        for number in range(count):
            self.night(first + timedelta(days=number))

    def tenant_at(self, as_of: datetime, *tenant_ids: str) -> Run:
        """A run of named tenants at an instant."""
        return self.perform(
            requests.by_command(self.settings, as_of, tenant_ids, False, TESTER, self.clock())
        )

    def score(self, tenant_id: str) -> Any:
        """The current score of a tenant."""
        with self.store.read() as connection:
            return portfolio.one(connection, tenant_id)

    def problems(self, run: Run) -> list[Problem]:
        """What went wrong in a run."""
        with self.store.read() as connection:
            return problems.of_run(connection, run.id)

    def run_of(self, run_id: str) -> Run:
        """A run as it stands now."""
        with self.store.read() as connection:
            return runs.find(connection, run_id)


def without_limits(config: str) -> str:
    """The same configuration for callers quicker than people, unless it has limits of its own."""
    unlimited = "\n[web]\nrequests_per_minute = 0\nrequests_per_minute_unknown = 0\n"
    return config if "[web]" in config else config + unlimited


def make_service(folder: Path, store_url: str, config: str = CONFIG, scorecard: str = SCORECARD) -> Service:
    """A service over a new application with four tenants: anna, ben, carla and dora, all at 100."""
    text = without_limits(config.replace("{store_url}", store_url))
    (folder / "client-health.toml").write_text(text, "utf-8")
    (folder / "scorecard.toml").write_text(scorecard, "utf-8")
    app = App(folder)
    for name in ("anna", "ben", "carla", "dora"):
        app.tenant(name)
    settings = load_settings(folder / "client-health.toml")
    store = Store(resolve_address(store_url, "store.url", folder))
    migrate.upgrade(store)
    return Service(folder, app, settings, store)


def with_password(url: str) -> str:
    """An address with a password in it, which must never be shown."""
    return make_url(url).set(password="hunter2").render_as_string(hide_password=False)


def person(name: str) -> Actor:
    """Somebody who is signed in."""
    return Actor(name, "user", "203.0.113.7")
