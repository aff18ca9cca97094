"""A fleet large enough that many tenants can move at once."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from client_health.store.schema import metadata
from tests.cast import CONFIG, MONDAY, SCORECARD, Service, make_service

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
FLEET = [f"t{number:02}" for number in range(20)]
FEATURES = """[features]
sql = '''
select id as tenant_id, name as feature_key, since as first_used_at, since as last_used_at from orgs
where active
'''
"""
ABOUT_RUNS = {"audit_log", "runs", "run_problems", "leases", "held_collections"}


def make_fleet(folder: Path, store_url: str, more: str = "", scorecard: str = SCORECARD) -> Service:
    """Twenty tenants at 100 that also use a feature each; `more` is configuration."""
    config = CONFIG.replace("[scorecard]", FEATURES + "[scorecard]") + more
    service = make_service(folder, store_url, config, scorecard)
    for name in ("anna", "ben", "carla", "dora"):
        service.app.forget(name)
    for name in FLEET:
        service.app.tenant(name)
    return service


def move(service: Service, count: int, active: float = 7.0, **more: float) -> None:
    """Let some tenants fall; 7 of 10 active users are a score of 82."""
    for name in FLEET[:count]:
        service.app.tenant(name, active=active, **more)


def contents(service: Service) -> dict[str, list[str]]:
    """Every row of every table but those that tell of runs."""
    with service.store.read() as connection:
        return {
            table.name: sorted(map(str, connection.execute(sa.select(table))))
            for table in metadata.sorted_tables
            if table.name not in ABOUT_RUNS
        }


def overall(service: Service, name: str = "t00") -> tuple:
    """Date and current score of a tenant."""
    one = service.score(name)
    return one.day, one.overall
