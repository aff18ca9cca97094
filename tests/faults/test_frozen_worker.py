"""A worker that is frozen (SIGSTOP) for longer than its heartbeat may rest, and then woken."""

import signal
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.faults.settled import assert_settled, assert_whole_or_not_at_all
from tests.faults.site import PUBLISHING, READING, Process, Site

HOLD_UP = """
create function wait_a_moment() returns trigger language plpgsql as $$
begin perform pg_sleep(3); return null; end $$;
create trigger wait_a_moment before insert on health_scores
for each statement execute function wait_a_moment();
"""


def freeze_and_wake(site: Site, start: Callable[..., Process], progress: int) -> None:
    """Freeze a worker in mid-run, let another one finish the run, and wake the first."""
    run_id = site.ask()
    frozen = start(CLIENT_HEALTH_WORKER="frozen")
    site.wait_working(run_id, progress)
    frozen.send_signal(signal.SIGSTOP)
    assert not site.completed(run_id)
    living = site.start(CLIENT_HEALTH_WORKER="living")
    done = site.wait_completed(run_id)
    assert_whole_or_not_at_all(site)
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(timeout=240) == 1, "it was taken for dead, so it ends"
    assert site.run_of(run_id) == done
    assert done.attempt == 2
    assert [one["attempt"] for one in done.counts["interruptions"]] == [1]
    assert living.poll() is None
    assert_settled(site)


def test_a_worker_frozen_while_it_reads_cannot_publish_when_it_wakes(site):
    freeze_and_wake(site, site.start_lingering, READING)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_worker_frozen_amid_its_publication_holds_nobody_up_for_long(site):
    """Its transaction is open and holds locks; PostgreSQL ends it."""
    with site.store.engine.begin() as connection:
        connection.execute(sa.text(HOLD_UP))
    freeze_and_wake(site, site.start, PUBLISHING)
