"""Whole runs over a small application: what is published, what is refused, what is kept."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from client_health.jobs.nights import nights_due
from client_health.store.schema import health_scores
from tests.cast import MONDAY, SCORECARD, Service, make_service


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


def test_a_tenant_from_the_future_is_new_only_under_a_grace_rule(tmp_path, store_url):
    service = make_service(
        tmp_path, store_url, scorecard=SCORECARD.replace("grace_days = 30", "grace_days = 0")
    )
    service.app.tenant("eva", since="2027-01-01")
    service.night(MONDAY)
    assert service.score("eva").risk_level == "LOW"
    service.store.close()
