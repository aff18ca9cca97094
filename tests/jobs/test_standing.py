"""How the service stands: what the scores are of, and what is said about them."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from client_health.jobs import requests
from client_health.jobs.standing import Standing, standing
from client_health.settings.model import ScheduleSettings
from client_health.store import runs
from tests.cast import MONDAY, TESTER, Service, make_service

TUESDAY = MONDAY + timedelta(days=1)
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)  # after Monday's night


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    noon = service.clock()
    ticks = itertools.count()
    service.clock = lambda: noon + timedelta(seconds=next(ticks))
    yield service
    service.store.close()


def stands(service: Service, now: datetime = MORNING, cron: str = "0 2 * * *") -> Standing:
    settings = service.settings.model_copy(update={"schedule": ScheduleSettings(cron=cron)})
    with service.store.read() as connection:
        return standing(connection, settings, now)


def test_before_the_first_run_there_is_nothing_to_complain_of(service):
    found = stands(service)
    assert (found.tenants, found.day, found.published_at, found.late, found.trouble) == (
        0,
        None,
    ) + (None,) * 3
    assert found.next_run == datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert (found.working, found.stale) == (None, [])


def test_after_a_night_the_scores_are_of_its_date(service):
    run = service.night(MONDAY)
    found = stands(service)
    assert (found.tenants, found.day, found.published_at) == (4, MONDAY, run.finished_at)
    assert (found.late, found.trouble, found.stale) == (None, None, [])


def test_a_date_scored_later_for_the_past_is_not_what_the_scores_are_of(service):
    service.night(TUESDAY)
    service.night(MONDAY)
    assert stands(service).day == TUESDAY


def test_a_night_is_late_an_hour_after_it_should_have_begun(service):
    service.night(MONDAY)
    fires = datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert stands(service, fires + timedelta(minutes=59)).late is None
    assert stands(service, fires + timedelta(hours=1)).late == TUESDAY
    assert stands(service, fires + timedelta(days=9)).late == TUESDAY


def test_without_a_schedule_scores_are_late_once_a_whole_day_lacks_its_own(service):
    service.night(MONDAY)
    for now, late in (
        (datetime(2026, 3, 4, 23, tzinfo=UTC), None),
        (datetime(2026, 3, 5, 1, tzinfo=UTC), TUESDAY),
    ):
        found = stands(service, now, "off")
        assert (found.late, found.next_run) == (late, None)


def test_a_run_that_failed_is_trouble_until_one_publishes(service):
    service.night(MONDAY)
    service.app.break_table("orgs")
    failed = service.night(TUESDAY)
    assert stands(service).trouble == failed
    service.app.mend_table("orgs")
    service.night(TUESDAY)
    assert stands(service).trouble is None


def test_a_failed_run_for_an_earlier_date_is_no_trouble_of_these_scores(service):
    service.night(TUESDAY)
    service.app.break_table("orgs")
    service.night(MONDAY)
    assert stands(service).trouble is None


def test_a_run_that_was_held_back_is_trouble_until_it_is_accepted(service):
    for number in range(20):
        service.app.tenant(f"t{number}")
    service.night(MONDAY)
    service.app.execute("update logins set active_users = 1")
    held = service.night(TUESDAY)
    assert held.outcome == "suspicious"
    assert stands(service).trouble == held
    service.night(TUESDAY, accept=True)
    assert stands(service).trouble is None


def test_a_query_that_failed_is_stale_until_it_answers(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(TUESDAY)
    (one,) = stands(service).stale
    assert (one.source, one.query.name) == ("default", "usage.login")
    assert one.query.state.succeeded_day == MONDAY
    service.app.mend_table("logins")
    service.night(TUESDAY)
    assert stands(service).stale == []


def test_a_run_that_waits_is_told_and_one_of_a_single_tenant_is_not(service):
    service.night(MONDAY)
    now = service.clock()
    one = requests.by_command(service.settings, now, ("anna",), False, TESTER, now)
    every = requests.by_command(service.settings, now, (), False, TESTER, now)
    with service.store.write() as connection:
        runs.create(connection, one, now)
        assert standing(connection, service.settings, now).working is None
        waiting, _ = runs.create(connection, every, now)
        assert standing(connection, service.settings, now).working == waiting
