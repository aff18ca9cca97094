"""Accepting a held night: exactly what it read is published, and no source is asked again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.errors import ConflictError, NotFoundError
from client_health.jobs import requests
from client_health.store import held, suspicious_runs
from client_health.store.runs import Run
from client_health.store.schema import feature_use, health_scores, held_collections
from client_health.store.schema import tenants as tenants_table
from tests.cast import MONDAY, TESTER, Service, person
from tests.jobs.fleets import FLEET, TUESDAY, WEDNESDAY, contents, make_fleet, move, overall
from tests.jobs.publishing import OTHER, in_force, publish, rows
from tests.replay.cast import set_of

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_fleet(tmp_path, store_url)
    service.night(MONDAY)
    yield service
    service.store.close()


def strange_tuesday(service: Service) -> None:
    """Many fall, one comes, one goes, and one cannot be read."""
    move(service, 7)
    service.app.tenant("new", tickets=3, industry="Mining", owner="dana", since="2026-03-01 10:00:00")
    service.app.forget("t19")
    service.app.tenant("t18", active=-1)


def accept(service: Service, run: Run, by: str = "dana") -> Run:
    return service.perform(requests.accept(service.run_of(run.id), "request", person(by)))


def active(service: Service) -> set[str]:
    with service.store.read() as connection:
        query = sa.select(tenants_table.c.tenant_id).where(tenants_table.c.is_active)
        return set(connection.scalars(query))


def kept(service: Service) -> set[str]:
    """Ids of the runs whose figures are kept."""
    with service.store.read() as connection:
        return set(connection.scalars(sa.select(held_collections.c.run_id)))


def test_what_was_kept_is_published_without_asking_the_source(service, tmp_path):
    strange_tuesday(service)
    held_back = service.night(TUESDAY)
    service.app.path.unlink()
    done = accept(service, held_back)
    assert (done.status, done.outcome, done.kind, done.requested_by) == (
        "completed",
        "with_errors",
        "all",
        "dana",
    )
    assert (done.score_date, done.as_of, done.counts["tenants"]) == (TUESDAY, held_back.as_of, 20)
    assert not service.app.path.exists()

    folder = tmp_path / "twin"
    folder.mkdir()
    twin = make_fleet(folder, f"sqlite:///{folder / 'store.db'}")
    twin.night(MONDAY)
    strange_tuesday(twin)
    at_once = twin.night(TUESDAY, accept=True)
    assert [str(one) for one in service.problems(done)] == [str(one) for one in twin.problems(at_once)]
    mine, theirs = contents(service), contents(twin)
    assert [len(mine.pop("queries")), len(theirs.pop("queries"))] == [4, 4]  # they tell seconds
    assert mine == theirs
    twin.store.close()


def test_the_held_run_tells_by_which_run_it_was_accepted_and_is_accepted_once(service):
    move(service, 7)
    held_back = service.night(TUESDAY)
    done = accept(service, held_back)
    found = service.run_of(held_back.id)
    assert (found.outcome, found.counts["accepted_by"]) == ("suspicious", done.id)
    with pytest.raises(ConflictError, match=f"was accepted already, by the run {done.id}"):
        requests.accept(found, "request", person("ben"))
    with service.store.read() as connection:
        assert suspicious_runs.waiting(connection) == []
    assert kept(service) == set()


def test_only_a_suspicious_run_can_be_accepted(service):
    clean = service.night(TUESDAY)
    with pytest.raises(ConflictError, match=f"{clean.id} is not held back; only a suspicious one"):
        requests.accept(clean, "request", person("dana"))


def test_while_an_acceptance_is_open_asking_again_gives_the_same_run(service):
    move(service, 7)
    request = requests.accept(service.night(TUESDAY), "request", person("dana"))
    (first, is_new), (again, is_new_again) = (
        requests.ask(service.store, service.settings, request, NOON) for _ in range(2)
    )
    assert (first.id, is_new, is_new_again) == (again.id, True, False)


def test_what_is_accepted_is_scored_under_what_is_in_force_by_then(service, tmp_path):
    move(service, 7)
    held_back = service.night(TUESDAY)
    publish(service, set_of(tmp_path, OTHER))
    done = accept(service, held_back)
    assert done.scorecard_set == in_force(service).id
    assert overall(service) == (TUESDAY, 84)  # 0.3 × 70 + 0.7 × 90
    assert overall(service, "t10") == (TUESDAY, 93)


def test_a_clean_run_of_the_same_date_publishes_and_drops_what_was_kept(service):
    move(service, 7)
    held_back = service.night(TUESDAY)
    assert kept(service) == {held_back.id}
    move(service, 7, active=10)
    clean = service.night(TUESDAY)
    assert (clean.outcome, kept(service), overall(service)) == ("clean", set(), (TUESDAY, 100))
    with pytest.raises(ConflictError, match=f"was published since, by the run {clean.id}"):
        accept(service, held_back)
    with service.store.read() as connection:
        assert suspicious_runs.waiting(connection) == []


def test_of_two_held_runs_of_a_date_one_is_accepted_and_the_other_superseded(service):
    move(service, 7)
    noon = requests.whole_fleet_now(service.settings, TESTER, datetime(2026, 3, 3, 12, tzinfo=UTC))
    provisional, night = service.perform(noon), service.night(TUESDAY)
    assert (provisional.outcome, night.outcome) == ("suspicious", "suspicious")
    done = accept(service, night)
    counts = [service.run_of(run.id).counts for run in (provisional, night)]
    assert [one.get("accepted_by") for one in counts] == [None, done.id]
    assert [one.get("superseded_by") for one in counts] == [done.id, None]
    assert kept(service) == set()


def test_other_dates_do_not_drop_what_is_kept(service):
    move(service, 7)
    tuesday, wednesday = service.night(TUESDAY), service.night(WEDNESDAY)
    assert wednesday.outcome == "suspicious"
    service.night(MONDAY)
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "t03")
    assert kept(service) == {tuesday.id, wednesday.id}


@pytest.mark.parametrize(("days", "gone"), [(30, False), (31, True)])
def test_what_nobody_accepts_is_dropped_after_a_month(service, days, gone):
    move(service, 7)
    held_back = service.night(TUESDAY)
    service.clock = lambda: NOON + timedelta(days=days)
    service.night(MONDAY)
    assert kept(service) == (set() if gone else {held_back.id})
    if gone:
        with service.store.read() as connection, pytest.raises(NotFoundError, match="no longer kept"):
            held.read(connection, held_back.id)
        late = accept(service, held_back)
        assert (late.status, "no longer kept; run again" in late.failure) == ("failed", True)


def test_several_held_nights_are_accepted_one_by_one(service):
    move(service, 7)
    tuesday, wednesday = service.night(TUESDAY), service.night(WEDNESDAY)
    assert accept(service, tuesday).outcome == "clean"
    assert overall(service) == (TUESDAY, 82)
    assert kept(service) == {wednesday.id}
    assert accept(service, wednesday).outcome == "clean"
    assert (overall(service), service.score("t00").previous_score) == ((WEDNESDAY, 82), 82)


def test_accepting_an_older_night_fills_its_date_and_takes_nothing_back(service):
    strange_tuesday(service)
    held_back = service.night(TUESDAY)
    for name in FLEET:
        service.app.tenant(name)
    service.app.forget("new")
    service.app.tenant("newer", owner="eva")
    service.app.tenant("t00", owner="eva")
    assert service.night(WEDNESDAY).outcome == "clean"
    here, use = active(service), rows(service, feature_use)
    assert accept(service, held_back).status == "completed"
    assert active(service) == here
    assert rows(service, feature_use, feature_use.c.as_of > held_back.as_of) == [
        row for row in use if "2026, 3, 5" in row
    ]
    now = service.score("t00")
    assert (now.day, now.overall, now.owner) == (WEDNESDAY, 100, "eva")
    assert (now.previous_score, now.baseline_score, now.baseline_day) == (82, 100, MONDAY)
    assert len(rows(service, health_scores, health_scores.c.day == TUESDAY)) == 20
    assert (service.score("new").is_active, service.score("new").overall) == (False, 88)
