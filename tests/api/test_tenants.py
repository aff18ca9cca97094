"""One tenant: score, history, metrics, recalculation, alert level."""

import math
import re
from datetime import timedelta

import pytest

from tests.api.conftest import TUESDAY, assert_problem
from tests.cast import MONDAY

CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")
KEYED_BY_DATA = {"measures", "staleDays", "riskLevels", "trends"}


def names(value):
    """Every field name of an answer but those that are data."""
    if isinstance(value, list):
        return {name for one in value for name in names(one)}
    if not isinstance(value, dict):
        return set()
    below = {name for key, one in value.items() if key not in KEYED_BY_DATA for name in names(one)}
    return set(value) | below


def half_up(number: float) -> int:
    return math.floor(number + 0.5 + 1e-9)


def test_every_answer_is_in_camel_case(world):
    job = world.get("/jobs")["jobs"][0]["jobId"]
    paths = ["/", "/high-risk", "/jobs", f"/jobs/{job}", "/anna/score", "/anna/history", "/anna/metrics"]
    for path in [*paths, "/anna/alert-level", "/anna/features", "/features", "/freshness"]:
        wrong = {name for name in names(world.get(path)) if not CAMEL.fullmatch(name)}
        assert not wrong, path


def test_no_answer_calls_an_organization_a_tenant_id(world):
    job = world.get("/jobs")["jobs"][0]["jobId"]
    for path in ("/", "/high-risk", "/jobs", f"/jobs/{job}", "/anna/score"):
        assert "tenantId" not in names(world.get(path)), path


def test_the_score_tells_what_it_is_made_of(world):
    score = world.get("/carla/score")
    assert (score["organizationId"], score["name"], score["isActive"]) == ("carla", "Carla", True)
    assert (score["overallScore"], score["previousScore"], score["baselineScore"]) == (38, 88, 88)
    assert (score["scoreDate"], score["baselineDate"]) == (str(TUESDAY), str(MONDAY))
    assert (score["trend"], score["riskLevel"], score["riskReason"]) == ("DECLINING", "HIGH", "score")
    assert (score["confidence"], score["alertLevel"]) == (1, "DASHBOARD_ONLY")
    assert score["scorecard"] == {"name": "small", "version": 1}
    assert score["asOf"] == "2026-03-04T00:00:00Z"
    parts = [(one["key"], one["score"], one["state"], one["freshness"]) for one in score["components"]]
    assert parts == [("login", 30, "measured", "fresh"), ("tickets", 50, "measured", "fresh")]


@pytest.mark.parametrize("name", ["anna", "ben", "carla", "dora", "eva"])
def test_contributions_sum_to_the_unrounded_score(world, name):
    score = world.get(f"/{name}/score")
    parts = [one for one in score["components"] if one["score"] is not None]
    total = sum(one["contribution"] for one in parts)
    weights = sum(one["weight"] for one in parts)
    assert total == pytest.approx(sum(one["weight"] * one["score"] for one in parts) / weights, abs=1e-4)
    assert score["overallScore"] == half_up(total)


def test_a_component_that_is_missing_has_neither_score_nor_contribution(world):
    score = world.get("/dora/score")
    login = score["components"][0]
    assert (login["score"], login["contribution"], login["state"]) == (None, None, "missing")
    assert (score["riskLevel"], score["confidence"]) == ("UNKNOWN", 0.4)


def test_a_tenant_without_any_figure_has_an_empty_score(world):
    score = world.get("/gina/score")
    assert (score["overallScore"], score["riskLevel"], score["confidence"]) == (None, "UNKNOWN", 0)


def test_every_point_says_what_is_stale_and_what_is_missing(api):
    api.service.app.break_table("logins")
    api.service.night(TUESDAY)
    api.service.app.execute("update tickets set tickets = -1 where org = 'ben'")
    api.service.night(TUESDAY + timedelta(days=1))
    points = [(one["confidence"], one["stale"], one["missing"]) for one in api.get("/ben/history")["scores"]]
    assert points == [(1, [], []), (0.4, ["login"], []), (0, ["login"], ["tickets"])]
    score = api.get("/ben/score")
    assert (score["stale"], score["missing"]) == (["login"], ["tickets"])


def test_history_is_oldest_first_and_as_long_as_asked(world):
    history = world.get("/ben/history")
    assert [(one["scoreDate"], one["overallScore"]) for one in history["scores"]] == [
        (str(MONDAY), 6),
        (str(TUESDAY), 100),
    ]
    assert (history["organizationId"], history["days"]) == ("ben", 30)
    assert [one["scoreDate"] for one in world.get("/ben/history", days=1)["scores"]] == [str(TUESDAY)]
    assert len(world.get("/ben/history", days=730)["scores"]) == 2


def test_metrics_are_the_measures_of_each_day(world):
    metrics = world.get("/carla/metrics")["metrics"]
    assert [(one["metricDate"], one["measures"]) for one in metrics] == [
        (str(MONDAY), {"active_users": 8, "total_users": 10, "support_tickets": 0}),
        (str(TUESDAY), {"active_users": 3, "total_users": 10, "support_tickets": 5}),
    ]
    assert len(world.get("/carla/metrics", days=1)["metrics"]) == 1


def test_metrics_say_which_figures_stand_in_and_how_old_they_are(api):
    api.service.app.break_table("logins")
    api.service.night(MONDAY + timedelta(days=2))
    last = api.get("/anna/metrics")["metrics"][-1]
    assert last["staleDays"] == {"active_users": 2, "total_users": 2}
    assert last["measures"]["active_users"] == 10
    assert api.get("/anna/score")["components"][0]["freshness"] == "stale"


@pytest.mark.parametrize("path", ["score", "history", "metrics", "alert-level", "features"])
def test_an_unknown_tenant_is_404_by_name(world, path):
    assert "nobody" in assert_problem(world.ask("GET", f"/nobody/{path}"), 404)


@pytest.mark.parametrize("org", ["%00", "a%00b", "%F0%9F%92%A9", "%27%3B--", "x" * 500])
def test_an_odd_id_is_just_an_unknown_tenant(world, org):
    for path in ("score", "history", "alert-level"):
        assert_problem(world.ask("GET", f"/{org}/{path}"), 404)


@pytest.mark.parametrize("days", ["0", "731", "x"])
@pytest.mark.parametrize("path", ["history", "metrics"])
def test_bad_days_are_422_with_the_range(world, path, days):
    detail = assert_problem(world.ask("GET", f"/anna/{path}", params={"days": days}), 422)
    assert "days" in detail
    assert re.search(r"\b1\b.*\b730\b", detail), detail


def test_an_inactive_tenant_stays_readable_but_is_in_no_list(world):
    score = world.get("/frank/score")
    assert (score["isActive"], score["scoreDate"], score["overallScore"]) == (False, str(MONDAY), 100)
    assert len(world.get("/frank/history")["scores"]) == 1
    assert len(world.get("/frank/metrics")["metrics"]) == 1
    assert "frank" not in [row["organizationId"] for row in world.get("/")["tenants"]]
    assert world.get("/", search="frank")["total"] == 0


def test_an_inactive_tenant_cannot_be_recalculated(world):
    assert "inactive" in assert_problem(world.ask("POST", "/frank/calculate", "csm"), 409)


def test_recalculating_one_tenant_queues_a_run_for_it(api):
    accepted = api.ask("POST", "/anna/calculate", "csm")
    assert accepted.status_code == 202
    body = accepted.json()
    assert (body["status"], body["isNew"]) == ("queued", True)
    again = api.post("/anna/calculate", "csm")
    other = api.post("/ben/calculate", "csm")
    assert (again["jobId"], again["isNew"]) == (body["jobId"], False)
    assert other["jobId"] != body["jobId"]
    job = api.get(f"/jobs/{body['jobId']}")
    assert (job["kind"], job["trigger"], job["organizationIds"]) == ("tenants", "request", ["anna"])
    assert (job["requestedBy"], job["scoreDate"]) == ("csm key", "2026-03-10")


def test_recalculating_an_unknown_tenant_is_404_and_queues_nothing(api):
    assert_problem(api.ask("POST", "/nobody/calculate", "csm"), 404)
    assert len(api.get("/jobs")["jobs"]) == 1


def test_an_alert_level_is_set_and_survives_new_scores(api):
    before = api.get("/anna/alert-level")
    assert (before["level"], before["changedBy"], before["changedAt"]) == ("DASHBOARD_ONLY", None, None)
    put = api.ask("PUT", "/anna/alert-level", "csm", json={"level": "PROACTIVE"})
    assert (put.status_code, put.json()["changedBy"]) == (200, "csm key")
    api.service.night(TUESDAY)
    after = api.get("/anna/alert-level")
    assert after == put.json()
    assert (after["level"], after["changedAt"]) == ("PROACTIVE", "2026-03-10T12:00:00Z")
    assert api.get("/anna/score")["alertLevel"] == "PROACTIVE"
    assert api.get("/ben/alert-level")["level"] == "DASHBOARD_ONLY"


@pytest.mark.parametrize("body", [{}, {"level": "LOUD"}, {"level": "NONE", "more": 1}, [], None, "NONE"])
def test_an_alert_level_that_does_not_exist_is_422(world, body):
    assert_problem(world.ask("PUT", "/anna/alert-level", "csm", json=body), 422)
    assert world.get("/anna/alert-level")["changedBy"] is None


def test_setting_the_alert_level_of_an_unknown_tenant_is_404(world):
    assert_problem(world.ask("PUT", "/nobody/alert-level", "csm", json={"level": "NONE"}), 404)
