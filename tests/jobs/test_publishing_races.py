"""Several processes that publish at the same instant."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from client_health.errors import ConflictError
from client_health.jobs import requests
from client_health.store import scorecard_sets, scorecards
from client_health.store.engine import Store
from client_health.store.schema import runs as runs_table
from tests.cast import MONDAY, Service, make_service, person
from tests.jobs.publishing import OTHER, in_force
from tests.replay.cast import set_of

CALLERS = 4


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def at_once(service: Service, act: Callable[[Store, int], Any]) -> list[Any]:
    """What several callers get, each with connections of its own: answers or faults."""
    together, found = threading.Barrier(CALLERS), [None] * CALLERS

    def call(number: int) -> None:
        store = Store(service.store.url)
        with store.read() as connection:
            connection.execute(sa.text("select 1"))
        together.wait()
        try:
            found[number] = act(store, number)
        except Exception as fault:
            found[number] = fault
        store.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("expected", [1, None])
def test_of_several_publications_at_the_same_instant_one_is_queued(service, tmp_path, expected, round_):
    service.night(MONDAY)
    drafts = [set_of(tmp_path, OTHER.replace("45", f"{40 + number}")) for number in range(CALLERS)]

    def publish(store: Store, number: int) -> Any:
        return requests.publish(
            store, drafts[number], "request", person(f"caller {number}"), service.clock(), None, expected
        )

    found = at_once(service, publish)
    faults = [one for one in found if isinstance(one, Exception)]
    assert [type(fault) for fault in faults if not isinstance(fault, ConflictError)] == []
    (queued,) = [one for one in found if one not in faults]
    drafted, run = queued
    assert (run.scorecard_set, drafted.id, run.requested_by) == (2, 2, drafted.published_by)
    with service.store.read() as connection:
        assert len(scorecard_sets.all_sets(connection)) == 2
        query = sa.select(sa.func.count()).where(runs_table.c.kind == "rescore")
        assert connection.scalar(query) == 1


@pytest.mark.parametrize("round_", range(3))
def test_processes_that_start_at_once_agree_on_the_first_scorecard(service, round_):
    found = at_once(
        service, lambda store, _: requests.ensure_scorecards(store, service.settings, service.clock())
    )
    assert [one for one in found if isinstance(one, Exception)] == []
    assert {one.id for one in found} == {in_force(service).id} == {1}
    with service.store.read() as connection:
        assert [one.label for one in scorecards.all_versions(connection)] == ["small v1"]
