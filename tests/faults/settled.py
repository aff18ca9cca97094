"""What must hold after every fault, whatever it was: the one check that all tests of this folder share."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.store import runs
from client_health.store.engine import Store
from client_health.store.schema import (
    health_scores,
    leases,
    measure_sets,
    score_current,
    score_days,
    tenants,
    usage_metrics,
)
from tests.faults.fleet import TENANTS, day
from tests.faults.site import Site, open_site, pid_of, run_of_day

UNFINISHED = ("ENQUEUED", "DELAYED", "PENDING")
Figures = dict[str, list[tuple[Any, ...]]]


def assert_settled(site: Site, days: Sequence[int] = (0,)) -> None:
    """Every tenant has one score for each date, that of an undisturbed run, and nothing is left open.

    Ends the processes first: what they hold must be given back, and what the dead held taken over.
    """
    site.wait(lambda: not left_open(site) + held_by_the_dead(site), "everything is closed")
    site.stop()
    found = figures(site.store)
    per_day = dict.fromkeys(map(day, days), 0)
    for row in found["health_scores"]:
        per_day[row[0]] += 1
    assert per_day == dict.fromkeys(per_day, TENANTS), "each tenant once for each date"
    assert found == undisturbed(site, days)
    assert (left_open(site), held(site)) == ([], [])


def assert_whole_or_not_at_all(site: Site) -> None:
    """What readers see at any moment: a date has the scores of all tenants, or of none."""
    with site.store.read() as connection:
        query = sa.select(health_scores.c.day, sa.func.count()).group_by(health_scores.c.day)
        counts = [count for _, count in connection.execute(query)]
    assert set(counts) <= {TENANTS}, counts


def undisturbed(site: Site, days: Iterable[int]) -> Figures:
    """The figures of the same runs in one process that nothing happens to."""
    other = open_site(_new_folder(site), site.source_url, "sqlite:///undisturbed.db", pause_ms=0)
    for number in days:
        run, _ = requests.ask(other.store, other.settings, run_of_day(day(number)), datetime.now(UTC))
        perform_here(other, run.id)
        assert other.completed(run.id), other.run_of(run.id)
    found = figures(other.store)
    other.close()
    return found


def perform_here(site: Site, run_id: str) -> None:
    """Perform a queued run in this process."""
    stop = threading.Event()
    with wait_for_turn(site.store, stop) as lease:
        perform(site.store, site.settings, run_id, lease, stop)


def figures(store: Store) -> Figures:
    """Every row that a run publishes, told by the tenants' own ids; when it was calculated left out."""
    with store.read() as connection:
        names = _by_key(connection, tenants.c.id, tenants.c.tenant_id)
        sets = _by_key(connection, measure_sets.c.id, measure_sets.c.names)
        found: Figures = {}
        for table in (health_scores, score_current, score_days, usage_metrics, tenants):
            columns = [one for one in table.c if one.name not in {"calculated_at", "id"}]
            rows = connection.execute(sa.select(*columns)).mappings()
            found[table.name] = sorted(
                (tuple(_plain(name, value, names, sets) for name, value in row.items()) for row in rows),
                key=str,
            )
    return found


def _by_key(connection: sa.Connection, key: sa.Column[int], name: sa.Column[str]) -> dict[int, str]:
    return dict(map(tuple, connection.execute(sa.select(key, name))))


def _plain(name: str, value: Any, names: dict[int, str], sets: dict[int, str]) -> Any:
    if name == "tenant":
        return names[value]
    if name == "measure_set":
        return sets[value]
    if isinstance(value, np.ndarray):
        return tuple("missing" if one != one else float(one) for one in value)
    return value


def left_open(site: Site) -> list[str]:
    """Runs that are not closed, and jobs of the engine that are not finished."""
    with site.store.read() as connection:
        found = [f"run {run.id} is {run.status}" for run in runs.with_status(connection, runs.OPEN)]
        schema = "dbos" if site.store.dialect == "postgresql" else None
        if sa.inspect(connection).has_table("workflow_status", schema=schema):
            table = sa.table(
                "workflow_status", sa.column("workflow_uuid"), sa.column("status"), schema=schema
            )
            query = sa.select(table).where(table.c.status.in_(UNFINISHED))
            found += [f"job {job} is {status}" for job, status in connection.execute(query)]
    return found


def held(site: Site) -> list[str]:
    """Names of the leases that somebody holds."""
    with site.store.read() as connection:
        return sorted(connection.scalars(sa.select(leases.c.name)))


def held_by_the_dead(site: Site) -> list[str]:
    """Leases of processes of this test that have ended."""
    alive = {process.pid for process in site.processes if process.poll() is None}
    with site.store.read() as connection:
        holders = connection.execute(sa.select(leases.c.name, leases.c.holder))
        return [name for name, holder in holders if pid_of(holder) not in alive]


def _new_folder(site: Site) -> Path:
    number = len(list(site.folder.glob("undisturbed-*")))
    return site.folder / f"undisturbed-{number}"
