"""Fleets to compare: tenants with industry, size and segment over the small application."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from client_health.benchmarks.narrowing import narrow
from client_health.benchmarks.service import Benchmarks, CohortStandings, Standing, of_fleet, of_tenant
from tests.cast import CONFIG, Service, make_service

TENANTS = """
[tenants]
sql = '''select id as tenant_id, name, since, industry, segment, employees as employee_count
from orgs left join details on details.org = id where active'''
"""
MORE = """
[usage.closing]
absent = "missing"
sql = "select org as tenant_id, days as days_to_close from closings"
[[benchmarks.measures]]
measure = "days_to_close"
name = "Days to close"
high_is_good = false
"""


def make_fleet(folder: Path, store_url: str, scorecard: str | None = None) -> Service:
    """A service without tenants, whose application also knows segments, sizes and days to close."""
    start, rest = CONFIG.split("[tenants]")
    config = start + TENANTS + rest.partition("\n")[2].partition("\n")[2] + MORE
    more = {} if scorecard is None else {"scorecard": scorecard}
    service = make_service(folder, store_url, config, **more)
    service.app.execute("create table details (org text, segment text, employees)")
    service.app.execute("create table closings (org text, days real)")
    for name in ("anna", "ben", "carla", "dora"):
        service.app.forget(name)
    return service


def add(
    service: Service,
    name: str,
    active: float = 10,
    segment: str | None = None,
    employees: Any = None,
    days: float | None = None,
    **more: Any,
) -> None:
    """Add a tenant, or change everything about one; `active` of its ten users log in."""
    for table in ("details", "closings"):
        service.app.execute(f"delete from {table} where org = ?", name)
    service.app.tenant(name, active, **more)
    service.app.execute("insert into details values (?, ?, ?)", name, segment, employees)
    if days is not None:
        service.app.execute("insert into closings values (?, ?)", name, days)


def add_many(service: Service, actives: Sequence[float], **more: Any) -> list[str]:
    """Tenants whose users log in as told, all alike otherwise; returns their names."""
    names = [f"t{number:03}" for number in range(len(actives))]
    for name, active in zip(names, actives, strict=True):
        add(service, name, active, **more)
    return names


def told(service: Service, tenant: str | None, **asked: str | None) -> Benchmarks:
    """The answer for a tenant, or for the fleet."""
    narrowed = narrow(asked.get("industry"), asked.get("size"), asked.get("segment"))
    with service.store.read() as connection:
        if tenant is None:
            return of_fleet(connection, service.settings.benchmarks, narrowed)
        return of_tenant(connection, service.settings.benchmarks, tenant, narrowed)


def only(found: Benchmarks) -> CohortStandings:
    """The one cohort that was asked for."""
    (cohort,) = found.cohorts
    return cohort


def standing(cohort: CohortStandings, key: str = "overall") -> Standing:
    """One measure in a cohort."""
    return next(one for one in cohort.standings if one.measure.key == key)


def of_all(service: Service, tenant: str, key: str = "overall") -> Standing:
    """A tenant among all."""
    return standing(told(service, tenant).cohorts[0], key)
