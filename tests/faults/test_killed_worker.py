"""kill −9 of the worker at random moments: readers never see half a run, and the next worker finishes it."""

import os
import random
import time
from datetime import UTC, datetime

import pytest

from client_health.store import runs
from tests.faults.fleet import DAYS, day
from tests.faults.settled import assert_settled, assert_whole_or_not_at_all
from tests.faults.site import SCORING, Site

ROUNDS = int(os.environ.get("CLIENT_HEALTH_FAULT_ROUNDS", "20"))  # over both stores and both kinds of moment
SEED = int(os.environ.get("CLIENT_HEALTH_FAULT_SEED", datetime.now(UTC).strftime("%H%M%S")))
KILLED = "its worker died, froze or was stopped"
LONGEST = 1.2  # seconds: about as long as a run of the site takes


def next_run(site: Site, days: list[int]) -> str:
    """The run that is open, or that of the next date."""
    with site.store.read() as connection:
        (run_id,) = [run.id for run in runs.with_status(connection, runs.OPEN)] or [None]
    if run_id is not None:
        return run_id
    days.append(len(days))
    return site.ask(days[-1])


@pytest.mark.parametrize("moment", ["of_the_run", "of_its_end"])
def test_a_worker_killed_at_random_moments_of_a_batch(site, moment):
    print(f"CLIENT_HEALTH_FAULT_SEED={SEED}")
    chance, days, killed = random.Random(f"{SEED} {moment} {site.store.dialect}"), [], 0
    for _ in range(max(1, ROUNDS // 4)):
        assert len(days) < DAYS
        run_id = next_run(site, days)
        attempts = site.run_of(run_id).attempt
        worker = site.start()
        at_end = moment == "of_its_end"
        site.wait_working(run_id, SCORING if at_end else 0, attempts + 1)
        time.sleep(chance.uniform(0, 0.3 if at_end else LONGEST))
        worker.kill()
        worker.wait()
        killed += not site.completed(run_id)
        assert_whole_or_not_at_all(site)
    run_id = next_run(site, days)
    site.start()
    site.wait_completed(run_id)
    assert_settled(site, days)
    print(f"{killed} of the kills left a run open")
    with site.store.read() as connection:
        told = [one for run in runs.newest(connection, DAYS) for one in run.counts.get("interruptions", [])]
    assert [one["reason"] for one in told] == [KILLED] * killed, "the records tell of each"
    if moment == "of_the_run":
        assert killed, "not one kill hit a run"


def test_a_killed_command_leaves_the_scores_of_before_and_its_run_is_closed_by_the_next(site):
    options = ("run", "--as-of", day(0).isoformat())
    command = site.start_lingering(*options)
    site.wait(lambda: bool(active(site)), "the run is active")
    (run,) = active(site)
    time.sleep(0.5)
    command.kill()
    command.wait()
    assert_whole_or_not_at_all(site)
    assert site.start(*options).wait(timeout=240) == 0, site.logs()
    assert site.run_of(run.id).failure == "the process that performed it ended"
    assert_settled(site)


def active(site: Site) -> list[runs.Run]:
    with site.store.read() as connection:
        return runs.with_status(connection, ["active"])
