"""Queries that fail, answer nothing or answer nonsense: what stands in, how old it is, what is missing."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from client_health.jobs import requests
from client_health.store.schema import health_scores, usage_metrics
from tests.cast import CONFIG, MONDAY, TESTER, make_service


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


def test_backfill_leaves_out_queries_that_read_present_state(service):
    run = service.perform(requests.backfill(service.settings, MONDAY, TESTER))
    assert service.score("anna").component_states == "-v"
    assert [p.query for p in service.problems(run)] == ["usage.login"]
    assert run.outcome == "clean"


def test_usage_metrics_keep_how_old_a_stand_in_is(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=2))
    by_day = sa.select(usage_metrics).order_by(usage_metrics.c.day, usage_metrics.c.tenant)
    with service.store.read() as connection:
        last = connection.execute(by_day).all()[-1]
    assert [str(age) for age in last.stale_days] == ["2.0", "nan", "2.0"]


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
