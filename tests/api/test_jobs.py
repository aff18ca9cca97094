"""Runs over the API: start, list, watch, cancel."""

from datetime import timedelta

import pytest

from tests.api.conftest import TUESDAY, assert_problem
from tests.cast import MONDAY


def test_asking_twice_for_all_gives_the_same_job(api):
    first, again = api.post("/calculate-all"), api.post("/calculate-all")
    assert (first["isNew"], again["isNew"], first["jobId"] == again["jobId"]) == (True, False, True)
    job = api.get(f"/jobs/{first['jobId']}")
    assert (job["status"], job["kind"], job["progress"], job["attempts"]) == ("queued", "all", 0, 0)
    assert (job["scoreDate"], job["asOf"], job["requestedBy"]) == (
        "2026-03-10",
        "2026-03-10T12:00:00Z",
        "admin key",
    )


def test_a_finished_job_tells_counts_times_and_queries(api):
    listed = api.get("/jobs")["jobs"][0]
    job = api.get(f"/jobs/{listed['jobId']}")
    assert (job["status"], job["outcome"], job["progress"], job["attempts"]) == ("completed", "clean", 100, 1)
    assert (job["counts"]["tenants"], job["counts"]["scored"], job["counts"]["errors"]) == (4, 4, 0)
    assert job["counts"]["riskLevels"]["LOW"] == 4
    assert job["createdAt"] <= job["startedAt"] <= job["finishedAt"]
    assert {one["name"]: one["rows"] for one in job["queries"]} == {
        "tenants": 4,
        "usage.login": 4,
        "usage.tickets": 4,
    }
    assert {name: job[name] for name in listed} == listed


def test_a_job_tells_its_errors_by_query_tenant_and_column(world):
    job = world.get(f"/jobs/{world.get('/jobs')['jobs'][0]['jobId']}")
    assert (job["status"], job["outcome"]) == ("completed", "with_errors")
    where = {(one["query"], one["organizationId"], one["column"]) for one in job["errors"]}
    assert ("usage.login", "dora", "active_users") in where
    assert ("usage.tickets", "gina", "support_tickets") in where
    assert (None, "gina", None) in where  # no score at all
    assert all(one["severity"] == "error" and one["message"] for one in job["errors"])
    assert len(job["errors"]) == job["counts"]["errors"]


def test_a_failed_job_says_why_and_leaves_the_scores_in_place(api):
    api.service.app.break_table("orgs")
    api.service.night(TUESDAY)
    job = next(one for one in api.get("/jobs")["jobs"] if one["scoreDate"] == str(TUESDAY))
    assert (job["status"], job["outcome"]) == ("failed", None)
    assert job["failure"].startswith("tenants: ")
    assert api.get("/anna/score")["scoreDate"] == str(MONDAY)


def test_a_failed_query_is_named_in_the_job(api):
    api.service.app.break_table("tickets")
    run = api.service.night(TUESDAY)
    job = api.get(f"/jobs/{run.id}")
    assert [(one["query"], one["organizationId"]) for one in job["errors"]] == [("usage.tickets", None)]
    failures = {one["name"]: one["failure"] for one in job["queries"]}
    assert failures["usage.login"] is None
    assert failures["usage.tickets"]


def test_jobs_are_listed_newest_first_page_by_page(api):
    at = api.service.clock()
    for number in range(1, 4):
        later = at + timedelta(minutes=number)
        api.service.clock = lambda later=later: later
        api.service.night(MONDAY + timedelta(days=number))
    whole = [one["scoreDate"] for one in api.get("/jobs")["jobs"]]
    assert whole == [str(MONDAY + timedelta(days=number)) for number in (3, 2, 1, 0)]
    first = api.get("/jobs", limit=3)
    rest = api.get("/jobs", limit=3, cursor=first["nextCursor"])
    assert [one["scoreDate"] for one in first["jobs"] + rest["jobs"]] == whole
    assert rest["nextCursor"] is None


@pytest.mark.parametrize("cursor", ["x", "", "2026-99-99", "0001-01-01T00:00:00+14:00", "%00"])
def test_a_bad_cursor_is_422(world, cursor):
    assert "cursor" in assert_problem(world.ask("GET", "/jobs", params={"cursor": cursor}), 422)


def test_a_queued_job_is_cancelled_at_once(api):
    job = api.post("/calculate-all")["jobId"]
    assert api.post(f"/jobs/{job}/cancel")["status"] == "cancelled"
    assert api.post(f"/jobs/{job}/cancel")["status"] == "cancelled"
    fresh = api.post("/calculate-all")
    assert (fresh["jobId"] != job, fresh["isNew"]) == (True, True)


def test_a_finished_job_cannot_be_cancelled(api):
    job = api.get("/jobs")["jobs"][0]["jobId"]
    assert "completed already" in assert_problem(api.ask("POST", f"/jobs/{job}/cancel", "admin"), 409)
    assert api.get(f"/jobs/{job}")["status"] == "completed"


@pytest.mark.parametrize("job", ["nothing", "%00", "x" * 100])
def test_an_unknown_job_is_404(world, job):
    assert_problem(world.ask("GET", f"/jobs/{job}"), 404)
    assert_problem(world.ask("POST", f"/jobs/{job}/cancel", "admin"), 404)
