"""Several scorecards at once: each tenant is scored by its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.store import history, scorecards
from client_health.store.schema import health_scores, tenants, usage_metrics
from client_health.store.scorecards import PublishedScorecard
from tests.api.conftest import open_api
from tests.cast import MONDAY, SCORECARD, Service, make_service
from tests.jobs.publishing import ask, at_percent, cancel, in_force, publish, reported, rows, work
from tests.replay.cast import MINING, make_segmented, set_of

DAY = timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """Ben and Carla mine, Anna and Dora do not; everybody has half of the people and one ticket."""
    service = make_segmented(tmp_path, store_url)
    for name in ("anna", "ben", "carla", "dora"):
        service.app.tenant(name, active=5, tickets=1, industry="Mining" if name in ("ben", "carla") else None)
    yield service
    service.store.close()


def scored(service: Service) -> dict[str, list[tuple]]:
    """Dates and scorecards of each tenant's scores, by name."""
    labels = {version.id: version.scorecard.name for version in versions(service)}
    with service.store.read() as connection:
        query = sa.select(tenants.c.tenant_id, health_scores.c.day, health_scores.c.scorecard)
        query = query.join(tenants, tenants.c.id == health_scores.c.tenant)
        found: dict[str, list[tuple]] = {}
        for row in connection.execute(query.order_by(health_scores.c.day, health_scores.c.scorecard)):
            found.setdefault(row.tenant_id, []).append((row.day, labels[row.scorecard]))
    return found


def versions(service: Service) -> list[PublishedScorecard]:
    with service.store.read() as connection:
        return scorecards.all_versions(connection)


def past(service: Service, name: str) -> history.TenantHistory:
    one = service.score(name)
    with service.store.read() as connection:
        return history.of_tenant(connection, one.id, one.scorecard, MONDAY, one.day)


def test_each_tenant_has_scores_under_exactly_its_own_scorecard(service):
    run = service.night(MONDAY)
    assert (run.outcome, run.counts["scored"]) == ("clean", 4)
    assert scored(service) == {
        "anna": [(MONDAY, "small")],
        "ben": [(MONDAY, "mining")],
        "carla": [(MONDAY, "mining")],
        "dora": [(MONDAY, "small")],
    }
    # 0.6 × 50 + 0.4 × 90; the curve of mining gives 76 for half of the people
    assert [service.score(name).overall for name in ("anna", "ben", "carla", "dora")] == [66, 82, 82, 66]


def test_the_trend_looks_back_as_far_as_the_scorecard_of_the_tenant_says(service):
    service.nights(MONDAY, 2)
    for name in ("anna", "ben"):
        service.app.tenant(name, active=4, tickets=1, industry="Mining" if name == "ben" else None)
    service.nights(MONDAY + 2 * DAY, 3)
    anna, ben = service.score("anna"), service.score("ben")
    assert (anna.baseline_day, ben.baseline_day) == (MONDAY, MONDAY + DAY)


def test_a_tenant_that_changes_is_scored_by_the_other_from_then_on(service):
    service.nights(MONDAY, 2)
    service.app.tenant("anna", active=5, tickets=1, industry="mining")
    service.night(MONDAY + 2 * DAY)
    anna = service.score("anna")
    mining, small = (version.id for version in in_force(service).versions)
    assert (anna.overall, anna.scorecard, anna.trend, anna.baseline_score, anna.previous_score) == (
        82,
        mining,
        "STABLE",
        None,
        None,
    )
    assert scored(service)["anna"] == [
        (MONDAY, "small"),
        (MONDAY + DAY, "small"),
        (MONDAY + 2 * DAY, "mining"),
    ]
    found = past(service, "anna")
    told = [(row.day, row.scorecard, row.overall) for row in found.comparable]
    assert told == [(MONDAY, small, 66), (MONDAY + DAY, small, 66), (MONDAY + 2 * DAY, mining, 82)]
    assert list(found.reported) == list(found.comparable)
    assert found.changes == [(MONDAY + 2 * DAY, small, mining)]


def test_scoring_anew_after_a_change_makes_the_past_comparable_and_leaves_what_was_told(service, tmp_path):
    service.nights(MONDAY, 2)
    service.app.tenant("anna", active=5, tickets=1, industry="mining")
    service.night(MONDAY + 2 * DAY)
    told = reported(service)
    publish(service, set_of(tmp_path, MINING.replace("0.3, 70", "0.5, 60"), SCORECARD))
    mining, small = (version.id for version in in_force(service).versions)
    assert reported(service) == told
    found = past(service, "anna")
    assert [(row.scorecard, row.overall) for row in found.comparable] == [(mining, 72)] * 3
    assert [row.overall for row in found.reported] == [66, 66, 82]
    assert [row.scorecard for row in past(service, "dora").comparable] == [small] * 3


def test_running_a_date_again_after_a_change_keeps_what_was_told_first(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=5, tickets=1, industry="mining")
    service.night(MONDAY)
    mining, small = (version.id for version in in_force(service).versions)
    assert scored(service)["anna"] == [(MONDAY, "mining"), (MONDAY, "small")]
    assert reported(service)["anna", MONDAY] == small
    assert (service.score("anna").scorecard, service.score("anna").overall) == (mining, 82)
    found = past(service, "anna")
    assert ([row.overall for row in found.comparable], [row.overall for row in found.reported]) == (
        [82],
        [66],
    )


def test_one_tenant_alone_is_scored_by_its_own_scorecard(service):
    service.night(MONDAY)
    service.app.tenant("ben", active=10, tickets=1, industry="Mining")
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "ben")
    ben = service.score("ben")
    assert (ben.overall, ben.scorecard, ben.baseline_score) == (90, in_force(service).versions[0].id, 82)
    assert scored(service)["ben"] == [(MONDAY, "mining"), (MONDAY + DAY, "mining")]


@pytest.fixture
def uncovered(tmp_path, store_url) -> Iterator[Service]:
    """Only miners have a scorecard: Ben."""
    service = make_service(tmp_path, store_url, scorecard=MINING)
    service.app.tenant("ben", industry="Mining")
    yield service
    service.store.close()


def test_tenants_that_no_scorecard_is_for_are_one_error_and_the_others_are_scored(uncovered):
    run = uncovered.night(MONDAY)
    assert (run.status, run.outcome, run.counts["tenants"], run.counts["scored"]) == (
        "completed",
        "with_errors",
        4,
        1,
    )
    (problem,) = uncovered.problems(run)
    assert problem.severity == "error"
    assert str(problem) == "no scorecard applies to anna, carla, dora; not scored"
    assert list(scored(uncovered)) == ["ben"]
    assert len(rows(uncovered, usage_metrics)) == 4
    api = open_api(uncovered)
    assert api.get("/")["total"] == 4
    assert api.ask("GET", "/anna/score").status_code == 404
    assert api.get("/anna/history")["scores"] == []


def test_many_tenants_without_a_scorecard_are_counted_and_the_first_ten_named(uncovered):
    for number in range(12):
        uncovered.app.tenant(f"t{number:02}")
    (problem,) = uncovered.problems(uncovered.night(MONDAY))
    assert "t05, t06 and 5 more; not scored" in problem.message


def test_a_tenant_that_is_no_longer_covered_keeps_its_last_score_with_its_date(uncovered):
    uncovered.night(MONDAY)
    uncovered.app.tenant("ben", industry="Farming")
    uncovered.app.tenant("carla", industry="Mining")
    uncovered.night(MONDAY + DAY)
    assert (uncovered.score("ben").day, uncovered.score("ben").overall) == (MONDAY, 94)
    assert (uncovered.score("carla").day, uncovered.score("anna").day) == (MONDAY + DAY, None)


def test_a_set_that_scores_tenants_who_had_no_score_gives_them_a_past_that_was_never_reported(
    uncovered, tmp_path
):
    uncovered.nights(MONDAY, 2)
    publish(uncovered, set_of(tmp_path, MINING, SCORECARD))
    assert scored(uncovered)["anna"] == [(MONDAY, "small"), (MONDAY + DAY, "small")]
    assert {name for name, _ in reported(uncovered)} == {"ben"}
    uncovered.night(MONDAY + 2 * DAY)
    assert reported(uncovered)["anna", MONDAY + 2 * DAY] == in_force(uncovered).versions[1].id


def test_a_date_that_only_a_cancelled_draft_has_scored_is_first_told_by_the_run_that_tells_it(
    uncovered, tmp_path
):
    uncovered.nights(MONDAY, 2)
    run = ask(uncovered, set_of(tmp_path, MINING, SCORECARD))
    assert work(uncovered, run, at_percent(40, lambda: cancel(uncovered, run))).status == "cancelled"
    assert scored(uncovered)["anna"] == [(MONDAY, "small")]
    uncovered.app.tenant("anna", industry="Mining")
    uncovered.night(MONDAY)
    assert reported(uncovered)["anna", MONDAY] == in_force(uncovered).versions[0].id
