"""Trying and publishing drafts over the API, and accepting what was held back."""

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from client_health.api.application import PREFIX
from client_health.store import runs
from tests.api.conftest import TUESDAY, Api, assert_problem, open_api
from tests.cast import MONDAY, SCORECARD, make_service
from tests.jobs.fleets import contents, make_fleet, move
from tests.jobs.publishing import OTHER, in_force, work

SMALL, STEEP = tomllib.loads(SCORECARD), tomllib.loads(OTHER)
SWAPPED = SMALL | {
    "components": [part | {"weight": 1 - part["weight"]} for part in SMALL["components"]],
}


def send(api: Api, draft: Any, if_match: str | None = '"1"', role: str = "admin", **more: Any) -> Response:
    """Ask for a publication."""
    headers = {"Authorization": f"Bearer {api.keys[role]}"}
    if if_match is not None:
        headers["If-Match"] = if_match
    body = json.dumps({"scorecards": [draft], **more})  # lone surrogates stay escaped
    headers["Content-Type"] = "application/json"
    return api.client.post(f"{PREFIX}/scorecards", content=body, headers=headers)


def previewed(api: Api, draft: Any, **params: Any) -> Any:
    response = api.ask("POST", "/scorecards/preview", "csm", json={"scorecards": [draft]}, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def perform(api: Api, job: str) -> runs.Run:
    return work(api.service, api.service.run_of(job))


@pytest.fixture
def varied(api) -> Api:
    """Anna complains a lot, Ben does not log in."""
    api.service.app.tenant("anna", active=10, tickets=9)
    api.service.app.tenant("ben", active=1)
    api.service.night(MONDAY)
    return api


def test_a_preview_tells_both_sides_and_who_moves_and_why(varied):
    told = previewed(varied, SWAPPED)
    assert (told["dateFrom"], told["dateTo"], told["days"], told["tenants"]) == (
        "2025-12-03",
        "2026-03-02",
        1,
        4,
    )
    assert told["before"] == {
        "histogram": [0, 0, 0, 0, 1, 0, 1, 0, 0, 2],
        "riskLevels": {"UNKNOWN": 0, "HIGH": 0, "MEDIUM": 2, "LOW": 2},
        "median": 82,
        "withoutScore": 0,
    }
    assert told["after"]["histogram"] == [0, 0, 0, 0, 1, 0, 1, 0, 0, 2]
    assert [
        (one["organizationId"], one["scoreFrom"], one["scoreTo"], one["change"]) for one in told["movers"]
    ] == [
        ("anna", 64, 46, -18),
        ("ben", 46, 64, 18),
    ]
    login, tickets = told["movers"][0]["reasons"]
    assert login.startswith("Login activity weighs 60% → 40%, score 100: ")
    assert tickets.startswith("Support tickets weighs 40% → 60%, score 10: ")
    assert (told["levelChanges"], told["levelChangesTotal"]) == ([], 0)
    assert told["weeks"] == [{"monday": "2026-03-02", "highBefore": 0, "highAfter": 0}]
    assert (told["cliffsTotal"], told["cliffs"]) == (0, [])


def test_a_preview_names_changes_of_level_and_cliffs(varied):
    steep = SMALL | {
        "components": [SMALL["components"][0] | {"curve": [[0, 0], [0.2, 100]]}, SMALL["components"][1]]
    }
    told = previewed(varied, steep)
    (ben,) = told["levelChanges"]
    assert (ben["organizationId"], ben["riskLevelFrom"], ben["riskLevelTo"]) == ("ben", "MEDIUM", "LOW")
    assert told["levelChangesTotal"] == 1
    assert told["cliffs"][0] == {
        "organizationId": "ben",
        "name": "Ben",
        "measure": "active_users",
        "valueFrom": 1,
        "valueTo": 0,
        "scoreFrom": 70,
        "scoreTo": 40,
    }


def test_a_preview_replays_as_many_days_as_it_is_told(api):
    for number in (1, 2):
        api.service.night(MONDAY + timedelta(days=number))
    assert [previewed(api, STEEP, days=days)["days"] for days in (1, 2, 400)] == [1, 2, 3]
    for days in (0, 401, "x"):
        body = {"scorecards": [STEEP]}
        response = api.ask("POST", "/scorecards/preview", "csm", json=body, params={"days": days})
        assert "days" in assert_problem(response, 422)


def test_a_preview_changes_nothing_in_the_store(varied):
    varied.get("/scorecards")
    before = contents(varied.service)
    previewed(varied, STEEP)
    before.pop("api_keys")
    assert contents(varied.service).items() >= before.items()


def test_a_draft_with_faults_has_no_preview(api):
    broken = {"scorecards": [SMALL | {"components": []}]}
    assert "scorecards.0.components" in assert_problem(
        api.ask("POST", "/scorecards/preview", "csm", json=broken), 422
    )


def test_before_anything_is_scored_there_is_nothing_to_preview(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    api = open_api(service)
    response = api.ask("POST", "/scorecards/preview", "csm", json={"scorecards": [STEEP]})
    assert "nothing is scored yet" in assert_problem(response, 409)
    service.store.close()


def test_publishing_queues_a_job_that_puts_the_draft_in_force(varied):
    etag = varied.ask("GET", "/scorecards").headers["etag"]
    response = send(varied, STEEP, etag, note="tickets matter")
    assert response.status_code == 202, response.text
    accepted = response.json()
    assert (accepted["status"], accepted["setNumber"], accepted["versions"]) == ("queued", 2, ["small v2"])
    assert varied.get("/anna/score")["scorecard"]["version"] == 1
    job = varied.get(f"/jobs/{accepted['jobId']}")
    assert (job["kind"], job["trigger"], job["requestedBy"]) == ("rescore", "request", "admin key")
    assert perform(varied, accepted["jobId"]).status == "completed"
    assert varied.get("/anna/score")["scorecard"] == {"name": "small", "version": 2}
    newest = varied.get("/scorecards")["versions"][0]
    assert (newest["publishedBy"], newest["note"], newest["inForce"]) == ("admin key", "tickets matter", True)
    done = varied.get(f"/jobs/{accepted['jobId']}")
    assert (done["progress"], done["outcome"], done["counts"]["scoresWritten"]) == (100, "clean", 4)


@pytest.mark.parametrize("if_match", ['"1"', "1", 'W/"1"', ' "1" '])
def test_the_etag_may_be_sent_in_any_of_its_forms(api, if_match):
    assert send(api, STEEP, if_match).status_code == 202


@pytest.mark.parametrize("if_match", ['"0"', '"2"', '"999999999"'])
def test_who_saw_another_set_is_told_that_somebody_published(api, if_match):
    assert "somebody published in the meantime: set 1" in assert_problem(send(api, STEEP, if_match), 412)
    assert api.get("/scorecards")["setNumber"] == 1


def test_without_if_match_nothing_is_published(api):
    assert "If-Match" in assert_problem(send(api, STEEP, None), 428)
    assert api.get("/scorecards")["setNumber"] == 1


@pytest.mark.parametrize("if_match", ["*", "", '""', '"x"', '"-1"', '"1", "2"', '"²"', "9" * 10, '"1.0"'])
def test_what_is_no_etag_of_ours_is_422(api, if_match):
    headers = {"Authorization": f"Bearer {api.keys['admin']}", "If-Match": if_match.encode("utf-8")}
    response = api.client.post(f"{PREFIX}/scorecards", json={"scorecards": [STEEP]}, headers=headers)
    assert "if-match" in assert_problem(response, 422)
    assert api.get("/scorecards")["setNumber"] == 1


def test_a_second_publication_waits_for_the_end_of_the_first(api):
    job = send(api, STEEP).json()["jobId"]
    assert_problem(send(api, SWAPPED, '"1"'), 412)
    assert "another publication is under way" in assert_problem(send(api, SWAPPED, '"2"'), 409)
    assert api.post(f"/jobs/{job}/cancel")["status"] == "cancelled"
    assert send(api, SWAPPED, '"2"').status_code == 202


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (SMALL | {"components": []}, "scorecards.0.components"),
        (SMALL | {"alive_measure": "pulse"}, "no query has returned the measure pulse"),
    ],
)
def test_a_draft_with_errors_is_not_published(api, draft, told):
    assert told in assert_problem(send(api, draft), 422)
    assert api.get("/scorecards")["setNumber"] == 1


def test_what_is_in_force_already_is_not_published_again(api):
    assert "nothing to publish" in assert_problem(send(api, SMALL), 409)
    assert len(api.get("/jobs")["jobs"]) == 1


@pytest.mark.parametrize("note", ["x" * 501, 5, "a\0b", "\ud800"])
def test_a_note_that_cannot_be_kept_is_422(api, note):
    assert_problem(send(api, STEEP, note=note), 422)
    assert api.get("/scorecards")["setNumber"] == 1


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "Ähren 💩"])
def test_odd_characters_of_a_draft_are_kept_or_refused(api, name):
    parts = [SMALL["components"][0] | {"name": name}, SMALL["components"][1]]
    response = send(api, SMALL | {"components": parts})
    assert response.status_code in {202, 422}, response.text


@pytest.fixture
def held(tmp_path, store_url) -> Iterator[tuple[Api, str]]:
    """An API over a fleet whose second night is held back, and the job of that night."""
    service = make_fleet(tmp_path, store_url)
    service.night(MONDAY)
    move(service, 7)
    run = service.night(TUESDAY)
    yield open_api(service), run.id
    service.store.close()


def test_a_suspicious_job_says_why_and_leaves_the_scores_in_place(held):
    api, job = held
    told = api.get(f"/jobs/{job}")
    assert (told["status"], told["outcome"], told["counts"]["jump"]["measure"]) == (
        "completed",
        "suspicious",
        "active_users",
    )
    assert "7 of 20 tenants would move by more than 15 points" in told["failure"]
    assert api.get("/t00/score")["scoreDate"] == str(MONDAY)


def test_accepting_queues_one_job_that_publishes_what_was_kept(held):
    api, job = held
    accepted, again = (api.ask("POST", f"/jobs/{job}/accept", "admin") for _ in range(2))
    assert (accepted.status_code, accepted.json()["isNew"]) == (202, True)
    assert again.json() == accepted.json() | {"isNew": False}
    api.service.app.path.unlink()
    queued = accepted.json()["jobId"]
    assert perform(api, queued).outcome == "clean"
    score = api.get("/t00/score")
    assert (score["scoreDate"], score["overallScore"]) == (str(TUESDAY), 82)
    assert api.get(f"/jobs/{job}")["counts"]["acceptedBy"] == queued
    third = api.ask("POST", f"/jobs/{job}/accept", "admin")
    assert f"accepted already, by the run {queued}" in assert_problem(third, 409)


def test_a_job_that_holds_nothing_cannot_be_accepted(held):
    api, job = held
    clean = next(one["jobId"] for one in api.get("/jobs")["jobs"] if one["outcome"] == "clean")
    assert "not held back" in assert_problem(api.ask("POST", f"/jobs/{clean}/accept", "admin"), 409)
    assert_problem(api.ask("POST", "/jobs/nothing/accept", "admin"), 404)
    assert_problem(api.ask("POST", f"/jobs/{job}/accept", "csm"), 403)
    assert in_force(api.service).id == 1
