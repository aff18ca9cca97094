"""A service in which much went wrong: what its pages have to say is more than on a good day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from client_health.jobs import requests
from client_health.store import notes, tenants
from client_health.usage.tenants import Tenant
from tests.browser.places import Place
from tests.cast import CONFIG, MONDAY, TESTER, make_service

MANY_NOTES = 25
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

TROUBLED = (
    Place("portfolio-troubled", "/"),
    Place("tenant-stale", "/tenants/anna"),
    Place("tenant-stale-for-viewers", "/tenants/anna", "viewer"),
    Place("tenant-all-notes", "/tenants/anna?notes=all&days=30"),
    Place("tenant-inactive", "/tenants/dora"),
    Place("tenant-new", "/tenants/kim"),
    Place("tenant-without-a-score", "/tenants/late"),
    Place("tenant-without-figures", "/tenants/gina"),
    Place("qbr-with-notes", "/tenants/anna/qbr?quarter=2026-Q1&notes=1"),
    Place("qbr-without-a-score", "/tenants/late/qbr"),
    Place("benchmarks-too-few", "/benchmarks"),
    Place("benchmarks-tenant-too-few", "/benchmarks?tenant=anna"),
    Place("runs-troubled", "/runs"),
    Place("run-failed", "/runs/{run}"),
)


def build_troubled(folder: Path) -> None:
    """Four nights; then the tickets stop answering, a tenant leaves, and the last night fails altogether."""
    folder.mkdir()
    service = make_service(folder, "sqlite:///store.db", CONFIG)
    service.app.tenant("gina", active=-1, tickets=-1)
    nights = iter(range(100))
    service.clock = lambda: NOON + timedelta(minutes=next(nights))
    service.nights(MONDAY, 4)
    service.app.tenant("kim", since="2026-03-05 00:00:00")
    service.app.tenant("anna", active=4)
    service.app.break_table("tickets")
    service.nights(MONDAY + timedelta(days=4), 2)
    service.app.execute("update orgs set active = 0 where id = 'dora'")
    service.night(MONDAY + timedelta(days=6), accept=True)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=7))
    with service.store.write() as connection:
        tenants.sync(connection, [Tenant("late", "late", "Late")], whole_fleet=False)
        key = tenants.find(connection, "anna").id
        for number in range(MANY_NOTES):
            day, text = (
                MONDAY + timedelta(days=number % 7),
                f"Met them, {number}. " + "They told us a lot. " * 9,
            )
            notes.add(connection, key, "meeting", day, text, TESTER, service.clock())
    earlier = NOON - timedelta(days=1)
    waiting = requests.whole_fleet_now(service.settings, TESTER, earlier)
    requests.ask(service.store, service.settings, waiting, earlier)
    service.store.close()
