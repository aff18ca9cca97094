"""Metrics of runs come from the store: they are right in a process that performs none itself."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from client_health.jobs import requests
from client_health.jobs.abandoned import close_abandoned
from client_health.monitoring import run_totals
from client_health.store import runs
from client_health.telemetry.causes import STORE
from tests.cast import CONFIG, MONDAY, TESTER, make_service
from tests.monitoring.scraping import Scraper

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def break_source(service):
    service.app.break_table("logins")
    service.app.break_table("tickets")


def mend_source(service):
    service.app.mend_table("logins")
    service.app.mend_table("tickets")


def queue(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    with service.store.write() as connection:
        return runs.create(connection, request, service.clock())[0]


def test_before_the_first_run_every_counter_is_there_and_zero(service):
    found = Scraper(service).figures()
    assert found("store_up") == 1
    assert found("latest_run_age_seconds") is None
    assert [found("open_runs", status=status) for status in ("queued", "active")] == [0, 0]
    assert [found("tenants_scored_total", kind=kind) for kind in ("all", "tenants")] == [0, 0]
    causes = ["tenants", "source", "configuration", "store", "request", "program", "abandoned", "unknown"]
    assert [found("run_failures_total", cause=cause) for cause in causes] == [0] * len(causes)


def test_durations_scores_and_failures_of_runs_that_others_performed(service):
    scraper = Scraper(service)
    service.night(MONDAY)
    service.tenant_at(datetime(2026, 3, 3, 10, tzinfo=UTC), "anna")
    break_source(service)
    service.night(TUESDAY)
    found = scraper.figures()
    ended = {("all", "clean"): 1, ("tenants", "clean"): 1, ("all", "failed"): 1, ("all", "cancelled"): None}
    for (kind, outcome), count in ended.items():
        assert found("run_seconds_count", kind=kind, outcome=outcome) == count
        assert found("run_seconds_bucket", kind=kind, outcome=outcome, le="+Inf") == count
    assert found("run_seconds_sum", kind="all", outcome="clean") == 0, "the clock of this service stands"
    assert (found("tenants_scored_total", kind="all"), found("tenants_scored_total", kind="tenants")) == (
        4,
        1,
    )
    assert found("run_failures_total", cause="source") == 1
    assert found("latest_run_tenants_scored") == 4


def test_a_histogram_holds_each_run_in_every_bucket_that_is_long_enough(service):
    run = queue(service)
    with service.store.write() as connection:
        taken = runs.take(connection, run.id, "w", service.clock())
        runs.finish(connection, taken, "failed", service.clock() + timedelta(seconds=60))
    found = Scraper(service).figures()
    bounds = ["1.0", "5.0", "15.0", "60.0", "300.0", "14400.0", "+Inf"]
    of_runs = {"kind": "all", "outcome": "failed"}
    assert [found("run_seconds_bucket", le=le, **of_runs) for le in bounds] == [0, 0, 0, 1, 1, 1, 1]
    assert found("run_seconds_sum", **of_runs) == 60


def test_totals_grow_by_each_run_once_however_often_and_wherever_they_are_read(service):
    scraper, now = Scraper(service), service.clock()
    for number in range(1, 4):
        service.clock = lambda number=number: now + timedelta(minutes=4 * number)
        service.night(MONDAY + timedelta(days=number))
        scraper.text()
        found = scraper.figures()
        assert found("run_seconds_count", kind="all", outcome="clean") == number
        assert found("tenants_scored_total", kind="all") == 4 * number
    assert Scraper(service).figures()("run_seconds_count", kind="all", outcome="clean") == 3


def test_a_run_whose_end_was_noted_before_the_last_reading_but_committed_after_it_is_counted(service):
    scraper, now = Scraper(service), service.clock()
    scraper.text()
    service.clock = lambda: now - run_totals.OVERLAP + timedelta(seconds=1)
    service.night(MONDAY)
    service.clock = lambda: now + timedelta(seconds=15)
    assert scraper.figures()("run_seconds_count", kind="all", outcome="clean") == 1


def test_what_a_run_failed_of_is_one_of_a_few_words(service, monkeypatch):
    service.night(MONDAY)
    for name in ("anna", "ben", "carla", "dora"):
        service.app.forget(name)
    service.night(TUESDAY)
    service.app.tenant("anna")
    monkeypatch.setattr("client_health.jobs.attempt.calculate", lambda *_: 1 / 0)
    service.night(TUESDAY)
    abandoned = queue(service)
    with service.store.write() as connection:
        runs.take(connection, abandoned.id, "w", service.clock())
    close_abandoned(service.store, [abandoned.id], service.clock())
    given_up = queue(service)
    with service.store.write() as connection:
        runs.take(connection, given_up.id, "w", service.clock())
    close_abandoned(service.store, [given_up.id], service.clock(), "given up: hunter2", STORE)
    of_before = queue(service)
    with service.store.write() as connection:
        taken = runs.take(connection, of_before.id, "w", service.clock())
        runs.finish(connection, taken, "failed", service.clock(), failure="of a version that kept no cause")
    scraper = Scraper(service)
    found = scraper.figures()
    for cause in ("tenants", "program", "store", "abandoned", "unknown"):
        assert found("run_failures_total", cause=cause) == 1, cause
    assert "hunter2" not in scraper.text()


def test_the_age_is_that_of_the_newest_score_date_and_a_backfill_does_not_make_it_younger(service):
    now = service.clock()
    service.night(TUESDAY)
    service.clock = lambda: now + timedelta(hours=30)
    service.night(MONDAY)
    found = Scraper(service).figures()
    assert found("latest_run_age_seconds") == 30 * 3600
    midnight = datetime(2026, 3, 4, tzinfo=UTC).timestamp()
    assert found("latest_run_as_of_timestamp_seconds") == midnight


def test_a_suspicious_run_is_told_as_such_and_published_nothing(tmp_path, store_url):
    loose = CONFIG.replace("[runs]", "[runs]\nsuspicious_tenants = 1\nsuspicious_share = 0.1")
    service = make_service(tmp_path, store_url, loose)
    service.night(MONDAY)
    for name in ("anna", "ben", "carla"):
        service.app.tenant(name, active=1)
    service.night(TUESDAY)
    found = Scraper(service).figures()
    assert found("run_seconds_count", kind="all", outcome="suspicious") == 1
    assert found("tenants_scored_total", kind="all") == 4
    service.store.close()


def test_open_runs_are_counted_by_status(service):
    first = queue(service)
    scraper = Scraper(service)
    with service.store.write() as connection:
        runs.create(connection, requests.night(service.settings, MONDAY, past=True), service.clock())
        runs.take(connection, first.id, "w", service.clock())
    found = scraper.figures()
    assert (found("open_runs", status="queued"), found("open_runs", status="active")) == (1, 1)


def test_each_query_tells_when_it_last_answered_and_how_long_it_took(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(TUESDAY)
    found = Scraper(service).figures()
    for query in ("tenants", "usage.login", "usage.tickets"):
        labels = {"source": "default", "query": query}
        assert found("query_last_success_timestamp_seconds", **labels) == service.clock().timestamp()
        assert found("query_last_seconds", **labels) >= 0


def test_two_readings_at_once_count_each_run_once(service):
    service.night(MONDAY)
    scraper = Scraper(service)
    readers = [threading.Thread(target=scraper.text) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert scraper.figures()("run_seconds_count", kind="all", outcome="clean") == 1
