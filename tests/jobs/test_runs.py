"""Whole runs over a small application: what is published, what is refused, what is kept."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.errors import RunLostError
from client_health.jobs import requests
from client_health.jobs.abandoned import close_abandoned
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.jobs.nights import nights_due
from client_health.store import runs
from client_health.store.schema import health_scores, usage_metrics
from tests.cast import CONFIG, MONDAY, SCORECARD, TESTER, Service, make_service


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def rows(service: Service, table: sa.Table) -> list:
    with service.store.read() as connection:
        return list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)))


def comparable(service: Service) -> list[list[str]]:
    return [
        [str(value) for name, value in row._mapping.items() if name != "calculated_at"]
        for row in rows(service, health_scores)
    ]


def test_a_night_scores_every_active_tenant_once(service):
    run = service.night(MONDAY)
    assert (run.status, run.outcome, run.progress) == ("completed", "clean", 100)
    assert run.counts["scored"] == 4
    assert [row.overall for row in rows(service, health_scores)] == [100] * 4


def test_running_a_night_again_replaces_its_own_rows_and_nothing_else(service):
    service.nights(MONDAY, 3)
    before = comparable(service)
    service.night(MONDAY + timedelta(days=2))
    assert comparable(service) == before


def test_recalculating_twice_does_not_turn_declining_into_stable(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=5)
    for _ in range(3):
        service.night(MONDAY + timedelta(days=1))
        score = service.score("anna")
        assert (score.overall, score.trend, score.baseline_score) == (70, "DECLINING", 100)


def test_a_slide_of_two_points_a_day_shows_as_declining(service):
    for day in range(4):
        service.app.tenant("anna", active=100 - 4 * day, users=100)
        service.night(MONDAY + timedelta(days=day))
    score = service.score("anna")
    assert (score.previous_score, score.baseline_score, score.trend) == (95, 100, "DECLINING")


def test_a_tenant_going_dark_is_high_from_the_first_day(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=0)
    service.night(MONDAY + timedelta(days=1))
    score = service.score("anna")
    assert (score.overall, score.risk_level, score.risk_reason) == (40, "HIGH", "not_alive")


def test_a_failing_query_costs_its_measures_and_yesterdays_stand_in_stale(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    run = service.night(MONDAY + timedelta(days=1))
    score = service.score("anna")
    assert (run.status, run.outcome) == ("completed", "with_errors")
    assert (score.overall, score.component_states, score.confidence) == (100, "Vv", 0.4)
    assert [problem.query for problem in service.problems(run) if problem.severity == "error"] == [
        "usage.login"
    ]


def test_a_stand_in_that_is_too_old_is_missing(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.nights(MONDAY + timedelta(days=1), 4)
    score = service.score("anna")
    assert score.day == MONDAY + timedelta(days=4)
    assert (score.component_states, score.overall, score.risk_level) == ("-v", 100, "UNKNOWN")


def test_age_counts_from_the_date_of_measurement_even_after_a_gap(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=3))
    assert service.score("anna").component_states == "Vv"
    service.night(MONDAY + timedelta(days=4))
    assert service.score("anna").component_states == "-v"


def test_a_source_that_is_back_is_fresh_again(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=1))
    service.app.mend_table("logins")
    service.night(MONDAY + timedelta(days=2))
    assert service.score("anna").component_states == "vv"


def test_a_ticket_system_that_is_down_does_not_look_like_a_recovery(service):
    for day in range(2):
        service.app.tenant("anna", active=7, tickets=8)
        service.night(MONDAY + timedelta(days=day))
    service.app.break_table("tickets")
    service.nights(MONDAY + timedelta(days=2), 5)
    score = service.score("anna")
    assert (score.component_states, score.overall, score.baseline_score) == ("v-", 70, 50)
    assert score.trend == "STABLE"


def test_all_queries_failing_fails_the_run_and_leaves_yesterday_in_place(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.app.break_table("tickets")
    run = service.night(MONDAY + timedelta(days=1))
    assert run.status == "failed"
    assert "usage.login" in run.failure
    assert service.score("anna").day == MONDAY


def test_the_tenants_query_failing_fails_the_run(service):
    service.night(MONDAY)
    service.app.break_table("orgs")
    run = service.night(MONDAY + timedelta(days=1))
    assert (run.status, service.score("anna").day) == ("failed", MONDAY)
    assert run.failure.startswith("tenants: ")


def test_no_tenant_at_all_is_an_error_and_nothing_is_overwritten(service):
    service.night(MONDAY)
    service.app.execute("update orgs set active = 0")
    run = service.night(MONDAY + timedelta(days=1))
    assert "returned no row" in run.failure
    assert service.score("anna").is_active


def test_losing_many_tenants_fails_unless_accepted(service):
    for number in range(20):
        service.app.tenant(f"t{number:02}")
    service.night(MONDAY)
    for number in range(6):
        service.app.execute("update orgs set active = 0 where id = ?", f"t{number:02}")
    refused = service.night(MONDAY + timedelta(days=1))
    assert refused.status == "failed"
    assert "lost 6 of 24" in refused.failure
    accepted = service.night(MONDAY + timedelta(days=1), accept=True)
    assert (accepted.status, accepted.counts["tenants"]) == ("completed", 18)


def test_an_inactive_tenant_is_not_scored_and_stays_readable(service):
    service.night(MONDAY)
    service.app.execute("update orgs set active = 0 where id = 'dora'")
    service.night(MONDAY + timedelta(days=1))
    dora = service.score("dora")
    assert (dora.is_active, dora.day, dora.overall) == (False, MONDAY, 100)


def test_a_rejected_value_costs_that_tenant_the_measure_and_no_other(service):
    service.app.tenant("anna", active=-1)
    run = service.night(MONDAY)
    assert (run.outcome, service.score("anna").component_states, service.score("ben").overall) == (
        "with_errors",
        "-v",
        100,
    )
    (problem,) = [p for p in service.problems(run) if p.severity == "error"]
    assert (problem.query, problem.tenant_id, problem.column) == ("usage.login", "anna", "active_users")


def test_a_tenant_without_any_figure_has_no_score_and_is_an_error(tmp_path, store_url):
    config = CONFIG.replace("[usage.tickets]", '[usage.tickets]\nabsent = "missing"').replace(
        "[usage.login]", '[usage.login]\nabsent = "missing"'
    )
    service = make_service(tmp_path, store_url, config)
    service.app.execute("delete from logins where org = 'anna'")
    service.app.execute("delete from tickets where org = 'anna'")
    run = service.night(MONDAY)
    assert (service.score("anna").overall, service.score("anna").risk_level) == (None, "UNKNOWN")
    assert (run.outcome, run.counts["scored"]) == ("with_errors", 3)
    service.store.close()


def test_a_query_that_returned_many_rows_and_now_none_has_failed(service):
    for number in range(10):
        service.app.tenant(f"t{number}", tickets=5)
    service.night(MONDAY)
    service.app.execute("delete from tickets")
    run = service.night(MONDAY + timedelta(days=1))
    assert service.score("t1").component_states == "vV"
    assert "returned no row, where it returned 14" in service.problems(run)[0].message


def test_a_new_tenant_is_unknown_until_its_window_is_full(service):
    service.app.tenant("eva", active=0, since="2026-02-20")
    service.night(MONDAY)
    assert (service.score("eva").risk_level, service.score("eva").risk_reason) == ("UNKNOWN", "new")


def test_a_merge_never_replaces_a_row_of_a_later_instant(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=1)
    service.tenant_at(datetime(2026, 3, 2, 12, tzinfo=UTC), "anna")
    assert service.score("anna").overall == 100


def test_the_current_score_never_goes_back_to_an_earlier_date(service):
    service.night(MONDAY + timedelta(days=5))
    service.app.tenant("anna", active=1)
    service.night(MONDAY)
    assert service.score("anna").day == MONDAY + timedelta(days=5)


def test_a_provisional_score_is_replaced_by_the_night(service):
    service.app.tenant("anna", active=1)
    service.tenant_at(datetime(2026, 3, 2, 12, tzinfo=UTC), "anna")
    assert service.score("anna").overall == 46
    service.app.tenant("anna", active=10)
    service.night(MONDAY)
    assert service.score("anna").overall == 100


def test_recalculating_one_tenant_leaves_the_others_active_and_unscored(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=5)
    run = service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "anna")
    assert (run.kind, run.counts["tenants"]) == ("tenants", 1)
    assert (service.score("ben").is_active, service.score("ben").day) == (True, MONDAY)
    assert service.score("anna").day == date(2026, 3, 3)


def test_an_unknown_tenant_among_named_ones_is_its_own_error(service):
    run = service.tenant_at(datetime(2026, 3, 3, tzinfo=UTC), "anna", "nobody")
    assert (run.outcome, run.counts["tenants"]) == ("with_errors", 1)
    alone = service.tenant_at(datetime(2026, 3, 3, tzinfo=UTC), "nobody")
    assert (alone.status, "nobody" in alone.failure) == ("failed", True)


def test_filling_a_gap_tells_the_following_trends_anew(service):
    service.app.tenant("anna", active=5)
    service.night(MONDAY + timedelta(days=3))
    assert service.score("anna").trend == "STABLE"
    service.app.tenant("anna", active=10)
    service.night(MONDAY)
    score = service.score("anna")
    assert (score.trend, score.baseline_score, score.previous_score) == ("DECLINING", 100, 100)
    assert (score.baseline_day, score.risk_level) == (MONDAY, "MEDIUM")


def test_backfill_leaves_out_queries_that_read_present_state(service):
    run = service.perform(requests.backfill(service.settings, MONDAY, TESTER))
    assert service.score("anna").component_states == "-v"
    assert [p.query for p in service.problems(run)] == ["usage.login"]
    assert run.outcome == "clean"


def test_usage_metrics_keep_how_old_a_stand_in_is(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=2))
    last = rows(service, usage_metrics)[-1]
    assert [str(age) for age in last.stale_days] == ["2.0", "nan", "2.0"]


def test_a_lost_run_publishes_nothing(service):
    request = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        first = runs.take(connection, run.id, "frozen", service.clock())
        second = runs.take(connection, run.id, "successor", service.clock())
    assert (first.attempt, second.attempt) == (1, 2)
    with service.store.write() as connection, pytest.raises(RunLostError):
        runs.finish(connection, first, "completed", service.clock())


def test_the_record_of_a_run_tells_of_attempts_that_did_not_end(service):
    request = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        runs.take(connection, run.id, "first", service.clock())
        runs.take(connection, run.id, "second", service.clock())
    with wait_for_turn(service.store, threading.Event()) as turn:
        reason = "the store does not answer: disk full"
        done = perform(
            service.store,
            service.settings,
            run.id,
            turn,
            threading.Event(),
            clock=service.clock,
            reason=reason,
        )
    at = "2026-03-10T12:00:00Z"
    assert (done.attempt, done.outcome) == (3, "clean")
    assert done.counts["interruptions"] == [
        {
            "attempt": 1,
            "worker": "first",
            "noticed_at": at,
            "reason": "its worker died, froze or was stopped",
        },
        {"attempt": 2, "worker": "second", "noticed_at": at, "reason": reason},
    ]


def test_a_command_that_died_before_it_began_is_closed_by_the_next_holder_of_the_turn(service):
    asked = requests.by_command(service.settings, None, (), False, TESTER, service.clock())
    wanted = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    dead, waiting = (
        requests.ask(service.store, service.settings, one, service.clock())[0] for one in (asked, wanted)
    )
    close_abandoned(service.store, [dead.id, waiting.id], service.clock())
    assert service.run_of(dead.id).status == "failed"
    assert service.run_of(waiting.id).status == "queued", "a worker takes it"


def test_cancelling_a_queued_run_means_that_it_never_starts(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    run, _ = requests.ask(service.store, service.settings, request, service.clock())
    with service.store.write() as connection:
        runs.cancel(connection, run.id, TESTER, service.clock())
        assert runs.take(connection, run.id, "worker", service.clock()) is None
    assert service.run_of(run.id).status == "cancelled"


def test_asking_twice_for_a_batch_by_hand_gives_the_same_run(service):
    request = requests.whole_fleet_now(service.settings, TESTER, service.clock())
    first, is_new = requests.ask(service.store, service.settings, request, service.clock())
    again, is_new_again = requests.ask(service.store, service.settings, request, service.clock())
    assert (first.id == again.id, is_new, is_new_again) == (True, True, False)


def test_a_published_night_is_not_due_again(service):
    run = service.night(MONDAY)
    now = datetime(2026, 3, 3, 3, tzinfo=UTC)
    assert nights_due("0 2 * * *", service.settings.zone, now, [run], MONDAY, now) == []


def test_an_edited_scorecard_file_changes_nothing_by_itself(service):
    service.night(MONDAY)
    path = service.folder / "scorecard.toml"
    path.write_text(
        path.read_text().replace("weight = 0.6", "weight = 0.5").replace("weight = 0.4", "weight = 0.5")
    )
    service.app.tenant("anna", active=5)
    service.night(MONDAY + timedelta(days=1))
    assert service.score("anna").overall == 70


def test_the_guard_against_empty_answers_looks_at_the_dates_before_and_not_at_the_last_run(service):
    for number in range(10):
        service.app.tenant(f"t{number}", tickets=5)
    service.nights(MONDAY, 3)
    service.app.execute("delete from tickets")
    service.night(MONDAY + timedelta(days=1))
    with service.store.read() as connection:
        query = sa.select(health_scores.c.component_states).where(
            health_scores.c.day == MONDAY + timedelta(days=1)
        )
        assert set(connection.scalars(query)) == {"vV"}


def test_an_empty_answer_does_not_become_a_zero_in_a_run_of_one_tenant(service):
    for number in range(10):
        service.app.tenant(f"t{number}", tickets=5)
    service.night(MONDAY)
    service.app.execute("delete from tickets")
    run = service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "t1")
    assert (run.outcome, service.score("t1").component_states) == ("with_errors", "vV")


def test_measures_that_only_a_run_of_one_tenant_has_seen_stand_in_too(service):
    service.app.break_table("tickets")
    service.night(MONDAY)
    service.app.mend_table("tickets")
    service.tenant_at(datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=1), "anna")
    service.app.break_table("tickets")
    service.night(MONDAY + timedelta(days=1))
    assert service.score("anna").component_states == "vV"
    assert service.score("ben").component_states == "v-"


def test_a_tenant_from_the_future_is_new_only_under_a_grace_rule(tmp_path, store_url):
    service = make_service(
        tmp_path, store_url, scorecard=SCORECARD.replace("grace_days = 30", "grace_days = 0")
    )
    service.app.tenant("eva", since="2027-01-01")
    service.night(MONDAY)
    assert service.score("eva").risk_level == "LOW"
    service.store.close()
