"""Nights on which so many tenants move that the figures cannot be right."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.jobs import requests
from client_health.jobs.schedule import tick
from client_health.settings import load_settings
from client_health.store import published_runs, suspicious_runs
from client_health.store.schema import runs as table
from tests.cast import MONDAY, SCORECARD, TESTER, Service
from tests.jobs.fleets import FLEET, THURSDAY, TUESDAY, WEDNESDAY, contents, make_fleet, move, overall
from tests.jobs.publishing import publish
from tests.replay.cast import MINING, set_of


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_fleet(tmp_path, store_url)
    service.night(MONDAY)
    yield service
    service.store.close()


def test_a_night_on_which_many_tenants_fall_is_held_back_whole(service):
    before = contents(service)
    move(service, 7)
    service.app.tenant("new", industry="Mining")
    service.app.forget("t19")
    service.app.tenant("t18", active=-1)
    run = service.night(TUESDAY)
    assert (run.status, run.outcome, run.progress) == ("completed", "suspicious", 100)
    assert contents(service) == before
    assert (run.counts["tenants"], run.counts["scored"], run.counts["errors"]) == (20, 20, 1)
    assert [problem.tenant_id for problem in service.problems(run)] == ["t18"]
    assert {report["name"] for report in run.reports} == {
        "tenants",
        "usage.login",
        "usage.tickets",
        "features",
    }


def test_the_run_names_the_measure_and_the_query_behind_it(service):
    move(service, 8, tickets=1)
    run = service.night(TUESDAY)
    assert run.failure == (
        "8 of 20 tenants would move by more than 15 points since 2026-03-02, most of it through active_users "
        "(usage.login), whose median went from 10 to 7 among them"
    )
    assert run.counts["jump"] == {
        "moved": 8,
        "compared": 20,
        "points": 15,
        "since": "2026-03-02",
        "measure": "active_users",
        "query": "usage.login",
        "median_before": 10,
        "median_after": 7,
    }


def test_of_the_two_measures_of_a_ratio_the_one_that_changed_is_named(service):
    service.app.execute("update logins set total_users = 40")
    run = service.night(TUESDAY)
    assert "through total_users (usage.login), whose median went from 10 to 40" in run.failure


def test_a_jump_upwards_is_no_less_suspicious(service):
    service.app.execute("update tickets set tickets = 10")
    assert service.night(TUESDAY, accept=True).outcome == "clean"
    service.app.execute("update tickets set tickets = 0")
    run = service.night(WEDNESDAY)
    assert (run.outcome, "20 of 20" in run.failure, "support_tickets (usage.tickets)" in run.failure) == (
        "suspicious",
        True,
        True,
    )


@pytest.mark.parametrize(("count", "outcome"), [(6, "clean"), (7, "suspicious")])
def test_exactly_the_share_is_not_yet_suspicious(service, count, outcome):
    move(service, count)
    assert service.night(TUESDAY).outcome == outcome


@pytest.mark.parametrize(("active", "points", "outcome"), [(7.5, 15, "clean"), (7.3, 16, "suspicious")])
def test_exactly_the_points_are_not_yet_suspicious(service, active, points, outcome):
    move(service, 20, active)
    assert service.night(TUESDAY).outcome == outcome
    service.night(TUESDAY, accept=True)
    assert overall(service) == (TUESDAY, 100 - points)


def test_a_handful_of_tenants_is_never_suspicious(service):
    for name in FLEET[8:]:
        service.app.forget(name)
    assert service.night(MONDAY, accept=True).counts["tenants"] == 8
    move(service, 5)
    assert service.night(TUESDAY).outcome == "clean"
    move(service, 6)
    assert service.night(TUESDAY).outcome == "suspicious"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("suspicious_share = 0.35", "clean"),
        ("suspicious_points = 18", "clean"),
        ("suspicious_points = 17.5", "suspicious"),
        ("suspicious_tenants = 7", "clean"),
        ("suspicious_tenants = 6", "suspicious"),
    ],
)
def test_the_thresholds_are_settings(tmp_path, store_url, more, outcome):
    service = make_fleet(tmp_path, store_url)
    config = tmp_path / "client-health.toml"
    config.write_text(config.read_text("utf-8").replace("[runs]", f"[runs]\n{more}"), "utf-8")
    service.settings = load_settings(config)
    service.night(MONDAY)
    move(service, 7)
    assert service.night(TUESDAY).outcome == outcome
    service.store.close()


def test_after_a_gap_of_days_many_may_have_moved(service):
    move(service, 20)
    assert service.night(WEDNESDAY).outcome == "clean"
    assert overall(service) == (WEDNESDAY, 82)


def test_scores_under_another_scorecard_are_not_compared(tmp_path, store_url):
    """Ten tenants become miners, whose scorecard never scored them before."""
    service = make_fleet(tmp_path, store_url)
    publish_both = set_of(
        tmp_path, MINING.replace("[[0, 10], [0.3, 70], [1, 90]]", "[[0, 0], [2, 50]]"), SCORECARD
    )
    service.night(MONDAY)
    publish(service, publish_both)
    for name in FLEET[:10]:
        service.app.tenant(name, industry="Mining")
    assert service.night(TUESDAY).outcome == "clean"
    assert overall(service) == (TUESDAY, 55)
    service.store.close()


def test_a_published_scorecard_is_compared_with_its_own_scores_of_the_day_before(service, tmp_path):
    steep = SCORECARD.replace("[[0, 0], [1, 100]]", "[[0, 0], [2, 100]]")
    publish(service, set_of(tmp_path, steep))
    assert overall(service) == (MONDAY, 70)
    assert service.night(TUESDAY).outcome == "clean"
    service.app.execute("update tickets set tickets = 9")
    assert service.night(WEDNESDAY).outcome == "suspicious"


def test_the_day_after_a_held_night_is_compared_with_the_day_before_it(service):
    move(service, 7)
    assert service.night(TUESDAY).outcome == "suspicious"
    for day in (WEDNESDAY, THURSDAY):
        run = service.night(day)
        assert (run.outcome, run.counts["jump"]["since"]) == ("suspicious", "2026-03-02")
    for name in FLEET:
        service.app.tenant(name)
    assert service.night(THURSDAY + timedelta(days=1)).outcome == "clean"


def test_a_score_that_somebody_asked_for_does_not_let_the_day_after_a_held_night_pass(service):
    move(service, 7)
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "t12")
    assert service.night(TUESDAY).outcome == "suspicious"
    assert overall(service, "t12") == (TUESDAY, 100)
    run = service.night(WEDNESDAY)
    assert (run.outcome, run.counts.get("jump", {}).get("since")) == ("suspicious", "2026-03-02")


def test_after_a_night_was_accepted_the_next_one_is_compared_with_it(service):
    move(service, 7)
    service.night(TUESDAY)
    service.night(TUESDAY, accept=True)
    assert service.night(WEDNESDAY).outcome == "clean"


def test_a_failing_query_is_not_suspicious_because_yesterdays_figures_stand_in(service):
    move(service, 20)
    service.app.break_table("logins")
    run = service.night(TUESDAY)
    assert (run.outcome, overall(service)) == ("with_errors", (TUESDAY, 100))


def test_a_source_that_is_back_with_other_figures_is_suspicious(service):
    service.app.break_table("logins")
    service.night(TUESDAY)
    service.app.mend_table("logins")
    move(service, 7)
    assert service.night(WEDNESDAY).outcome == "suspicious"


@pytest.mark.parametrize("first", [True, False])
def test_a_component_that_is_missing_on_one_of_the_days_does_not_count(tmp_path, store_url, first):
    service = make_fleet(tmp_path, store_url)
    bad, unknown = "update tickets set tickets = 10", "update tickets set tickets = -1"
    for day, sql in zip((MONDAY, TUESDAY), (unknown, bad) if first else (bad, unknown), strict=True):
        service.app.execute(sql)
        assert service.night(day).outcome == ("with_errors" if sql == unknown else "clean")
    assert overall(service) == (TUESDAY, 60 if first else 100)
    service.store.close()


def test_runs_of_named_tenants_are_never_suspicious(service):
    move(service, 20)
    run = service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), *FLEET)
    assert (run.outcome, overall(service)) == ("clean", (TUESDAY, 82))


def test_a_held_night_is_not_due_again_and_the_next_one_is(service):
    move(service, 7)
    service.perform(requests.night(service.settings, TUESDAY, past=False))
    started = datetime(2026, 3, 1, tzinfo=UTC)
    wednesday, thursday = datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert tick(service.store, service.settings, wednesday, started) == []
    (night,) = tick(service.store, service.settings, thursday, started)
    assert night.score_date == WEDNESDAY


def test_a_provisional_run_that_is_held_does_not_swallow_the_night(service):
    move(service, 7)
    noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    run = service.perform(requests.whole_fleet_now(service.settings, TESTER, noon))
    assert run.outcome == "suspicious"
    (night,) = tick(service.store, service.settings, datetime(2026, 3, 4, 3, tzinfo=UTC), noon)
    assert night.score_date == TUESDAY


def test_a_held_run_counts_as_nothing_published(service):
    move(service, 7)
    service.clock = lambda: datetime(2026, 3, 11, tzinfo=UTC)
    held = service.night(TUESDAY)
    with service.store.read() as connection:
        assert published_runs.last(connection).score_date == MONDAY
        assert not published_runs.published_after(connection, MONDAY)
        assert [run.id for run in suspicious_runs.waiting(connection)] == [held.id]
    service.app.execute("delete from tickets where org > 't06'")
    service.night(TUESDAY)
    with service.store.read() as connection:
        assert published_runs.rows_before(connection, TUESDAY)["usage.tickets"] == 20


def test_a_held_run_does_not_begin_the_history(service):
    move(service, 7)
    held = service.night(TUESDAY)
    with service.store.write() as connection:
        sunday = MONDAY - timedelta(days=1)
        connection.execute(sa.update(table).where(table.c.id == held.id).values(score_date=sunday))
        assert published_runs.first_day(connection) == MONDAY
