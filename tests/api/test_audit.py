"""The audit log by the API: what is noted, and how it is read."""

import tomllib

import pytest

from client_health.api.application import PREFIX
from client_health.store import audit, audit_pages
from client_health.store.audit_pages import Filters
from tests.api.conftest import TUESDAY, Api, assert_problem
from tests.api.test_access import LOWEST
from tests.cast import SCORECARD, TESTER

# What each request that changes something leaves; a new one is added here, or a test fails.
NOTED = {
    ("PUT", "/{orgId}/alert-level"): "alert_level.changed",
    ("POST", "/{orgId}/calculate"): "run.requested",
    ("POST", "/calculate-all"): "run.requested",
    ("POST", "/jobs/{jobId}/cancel"): "run.cancelled",
    ("POST", "/jobs/{jobId}/accept"): "run.accepted",
    ("POST", "/scorecards"): "scorecards.published",
}
CHANGES_NOTHING = {("POST", "/scorecards/validate"), ("POST", "/scorecards/preview")}


def log(api: Api, **params) -> list[dict]:
    response = api.ask("GET", "/audit", "admin", params=params)
    assert response.status_code == 200, response.text
    return response.json()["entries"]


def newest(api: Api) -> tuple:
    entry = log(api)[0]
    return entry["actor"], entry["actorKind"], entry["action"], entry["target"], entry["address"]


def test_every_request_that_changes_something_is_noted():
    assert {route for route in LOWEST if route[0] != "GET"} == set(NOTED) | CHANGES_NOTHING


def test_a_change_tells_who_made_it_by_which_key_and_from_where(api):
    api.ask("PUT", "/anna/alert-level", "csm", json={"level": "PROACTIVE"})
    assert newest(api) == ("csm key", "key", "alert_level.changed", "anna", "testclient")
    assert log(api)[0]["details"] == {"level": "PROACTIVE"}


def test_runs_are_noted_when_they_are_asked_for_and_cancelled_and_not_twice(api):
    job = api.post("/anna/calculate", "csm")["jobId"]
    assert newest(api) == ("csm key", "key", "run.requested", job, "testclient")
    assert log(api)[0]["details"]["tenants"] == ["anna"]
    every = api.post("/calculate-all")["jobId"]
    assert api.post("/calculate-all")["jobId"] == every
    assert [one["target"] for one in log(api, action="run.requested")][:2] == [every, job]
    api.post(f"/jobs/{every}/cancel")
    assert newest(api) == ("admin key", "key", "run.cancelled", every, "testclient")
    api.post(f"/jobs/{every}/cancel")
    assert len(log(api, action="run.cancelled")) == 1


def test_accepting_a_suspicious_run_is_noted_with_both_runs(api):
    for number in range(20):
        api.service.app.tenant(f"more {number}")
    api.service.night(TUESDAY)
    for number in range(20):
        api.service.app.tenant(f"more {number}", active=1)
    held = api.service.night(TUESDAY.replace(day=4))
    assert held.outcome == "suspicious"
    job = api.post(f"/jobs/{held.id}/accept")["jobId"]
    assert newest(api) == ("admin key", "key", "run.accepted", held.id, "testclient")
    assert log(api)[0]["details"]["run"] == job


def test_a_publication_is_noted_with_its_set_and_without_its_note(api):
    draft = {"scorecards": [{**tomllib.loads(SCORECARD), "max_age_days": 1}], "note": "a private reason"}
    headers = {"Authorization": f"Bearer {api.keys['admin']}", "If-Match": '"1"'}
    done = api.client.post(f"{PREFIX}/scorecards", json=draft, headers=headers)
    assert done.status_code == 202, done.text
    assert newest(api) == ("admin key", "key", "scorecards.published", "2", "testclient")
    assert "private" not in str(log(api))


def test_the_first_scorecards_and_the_night_are_noted_by_the_part_that_did_it(api):
    first = [one for one in log(api) if one["actorKind"] in {"worker", "command"}][-2:]
    assert [(one["actor"], one["action"]) for one in first] == [
        ("test", "run.requested"),
        ("first run", "scorecards.published"),
    ]


def test_what_is_refused_is_not_noted(api):
    before = log(api)
    assert api.ask("PUT", "/anna/alert-level", "viewer", json={"level": "NONE"}).status_code == 403
    assert api.ask("PUT", "/nobody/alert-level", "csm", json={"level": "NONE"}).status_code == 404
    assert api.ask("POST", "/jobs/none/cancel", "admin").status_code == 404
    assert log(api) == before


def test_pages_of_the_log_follow_each_other(world):
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = world.ask("GET", "/audit", "admin", params=params).json()
        found += [one["id"] for one in page["entries"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    with world.service.store.read() as connection:
        everything = audit_pages.page(connection, Filters(), 1000).entries
    assert found == [entry.id for entry in everything]


def test_the_log_is_filtered_by_who_what_and_day(api):
    with api.service.store.write() as connection:
        audit.write(connection, TESTER, "export.read", "scores", api.service.clock())
    assert [one["action"] for one in log(api, actor="test", action="export.read")] == ["export.read"]
    assert log(api, actor="nobody") == []
    day = api.service.clock().date().isoformat()
    assert log(api, **{"from": day, "to": day, "limit": 200}) == log(api, limit=200)
    assert log(api, to="2026-03-09") == []


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"action": "key.stolen"}, "action"),
        ({"from": "yesterday"}, "2026-03-01"),
        ({"to": "9999-12-31"}, "from, to"),
        ({"cursor": "x"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"actor": "a\0b"}, "NUL"),
    ],
)
def test_what_cannot_be_asked_is_422(world, params, word):
    assert word in assert_problem(world.ask("GET", "/audit", "admin", params=params), 422)


def test_no_secret_is_in_the_log(world):
    text = world.ask("GET", "/audit", "admin", params={"limit": 200}).text
    assert not [name for name, secret in world.keys.items() if secret in text]
