"""The clock jumps: over a change of summer time, back by hours and days, and the store's by an hour."""

import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.store import leases, runs
from client_health.store.run_requests import RunRequest
from tests.cast import TESTER
from tests.faults.fleet import fill
from tests.faults.settled import (
    assert_settled,
    assert_whole_or_not_at_all,
    figures,
    held,
    left_open,
    perform_here,
)
from tests.faults.site import Site

# A worker that lives through the instants that it is given, one after the other.
JUMPING = """
    import sys, time
    from datetime import datetime
    from pathlib import Path
    from client_health.jobs.worker import Worker
    from client_health.settings import load_settings
    from client_health.store import runs
    from client_health.store.engine import open_store

    settings = load_settings(Path("client-health.toml"))
    store = open_store(settings)
    clock = [datetime.fromisoformat(sys.argv[1])]
    worker = Worker(store, settings, lambda: clock[0])
    worker.start()
    for text in sys.argv[1:]:
        clock[0] = datetime.fromisoformat(text)
        worker.tick()
        while True:
            with store.read() as connection:
                if not runs.with_status(connection, ["queued", "active"]):
                    break
            time.sleep(0.1)
    worker.stop()
"""
BERLIN = 'timezone = "Europe/Berlin"\n'
SPRING = [  # 02:00 to 03:00 does not exist on 29 March 2026
    "2026-03-28T12:00:00+01:00",
    "2026-03-29T01:59:59+01:00",
    "2026-03-29T03:00:00+02:00",
    "2026-03-29T01:30:00+01:00",  # back before the change, and over it again
    "2026-03-29T03:00:00+02:00",
    "2026-03-30T02:00:00+02:00",
]
AUTUMN = [  # 02:00 to 03:00 comes twice on 25 October 2026
    "2026-10-24T12:00:00+02:00",
    "2026-10-25T02:00:00+02:00",
    "2026-10-25T02:59:00+02:00",
    "2026-10-25T02:00:00+01:00",
    "2026-10-25T02:30:00+02:00",  # somebody sets it by hand, wrongly
    "2026-10-25T03:00:00+01:00",
    "2026-10-26T02:00:00+01:00",
]
BACKWARDS = [
    "2026-05-04T12:00:00+02:00",
    "2026-05-05T02:00:00+02:00",
    "2026-05-05T00:10:00+02:00",  # two hours back
    "2026-05-05T02:00:00+02:00",
    "2026-05-02T12:00:00+02:00",  # three days back
    "2026-05-06T02:00:00+02:00",
]


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        (SPRING, ["2026-03-28", "2026-03-29"]),
        (AUTUMN, ["2026-10-24", "2026-10-25"]),
        (BACKWARDS, ["2026-05-04", "2026-05-05"]),
    ],
    ids=["spring", "autumn", "backwards"],
)
def test_each_night_is_scored_once_however_the_clock_jumps(sites, tmp_path, store_url, instants, expected):
    days = [date.fromisoformat(text) for text in expected]
    source = fill(f"sqlite:///{tmp_path / 'nights.db'}", days[0] - timedelta(days=10))
    site = sites(
        source,
        store_url,
        pause_ms=0,
        change=lambda config: BERLIN + config.replace('cron = "off"', 'cron = "0 2 * * *"'),
    )
    script = [sys.executable, "-c", textwrap.dedent(JUMPING), *instants]
    subprocess.run(script, cwd=site.folder, check=True, timeout=240)
    with site.store.read() as connection:
        query = sa.select(runs.table.c.score_date, runs.table.c.status, runs.table.c.attempt)
        found = Counter(map(tuple, connection.execute(query.where(runs.table.c.kind == "all"))))
    assert {(day.isoformat(), *rest): count for (day, *rest), count in found.items()} == {
        (day, "completed", 1): 1 for day in expected
    }
    assert_whole_or_not_at_all(site)
    assert (left_open(site), held(site)) == ([], [])
    calm = sites(source, "sqlite:///calm.db", pause_ms=0, change=lambda config: BERLIN + config)
    for day in days:
        request = RunRequest("all", "request", TESTER, day, end_of_day(day, calm.settings.zone))
        run, _ = requests.ask(calm.store, calm.settings, request, datetime.now(UTC))
        perform_here(calm, run.id)
    told = figures(site.store)
    assert told == figures(calm.store)
    measured = {value for row in told["usage_metrics"] for value in row if isinstance(value, tuple)}
    assert len(measured) > 10, "the tenants differ, and are not all zero"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_living_worker_keeps_its_run_when_the_clock_of_the_store_jumps(sites, source_url, store_url, hours):
    """It jumps again and again: as if every heartbeat had been left an hour ago, or were to come."""
    site = sites(source_url, store_url, pause_ms=4000)
    workers = [site.start(), site.start()]
    site.wait(lambda: all("worker is ready" in site.log(one) for one in workers), "two workers")
    run_id = site.ask()
    site.wait_working(run_id)
    while not site.completed(run_id):
        jump(site, hours)
        time.sleep(0.2)
    assert site.run_of(run_id).attempt == 1
    assert [one.poll() for one in workers] == [None, None], site.logs()
    assert_settled(site)


def jump(site: Site, hours: int) -> None:
    """Let the store's clock go on or back by some hours: every sign of life is then so much older."""
    with site.store.write() as connection:
        beat_at = leases.table.c.beat_at
        connection.execute(sa.update(leases.table).values(beat_at=beat_at - hours * 3600))


def test_a_dead_worker_is_succeeded_although_the_clock_of_the_store_went_back(site):
    run_id = site.ask()
    dead = site.start_lingering(CLIENT_HEALTH_WORKER="dead")
    site.wait_working(run_id)
    dead.kill()
    dead.wait()
    jump(site, -1)
    site.start(CLIENT_HEALTH_WORKER="living")
    site.wait(lambda: site.run_of(run_id).attempt == 2, "the living one takes over")
    site.wait_completed(run_id)
    assert_settled(site)
