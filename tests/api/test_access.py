"""Who may call what: every route, with every kind of key."""

import tomllib

import pytest
from fastapi.routing import APIRoute

from client_health.api.application import PREFIX
from tests.api.conftest import TUESDAY, Api, assert_problem
from tests.cast import SCORECARD, TESTER

ROLES = ("viewer", "csm", "admin")
# A new route is added here with the lowest role that may call it, or a test fails.
LOWEST = {
    ("GET", ""): "viewer",
    ("GET", "/"): "viewer",
    ("GET", "/high-risk"): "viewer",
    ("GET", "/features"): "viewer",
    ("GET", "/freshness"): "viewer",
    ("GET", "/benchmarks"): "viewer",
    ("GET", "/audit"): "admin",
    ("GET", "/{orgId}/score"): "viewer",
    ("GET", "/{orgId}/history"): "viewer",
    ("GET", "/{orgId}/metrics"): "viewer",
    ("GET", "/{orgId}/explanation"): "viewer",
    ("GET", "/{orgId}/features"): "viewer",
    ("GET", "/{orgId}/benchmarks"): "viewer",
    ("GET", "/{orgId}/alert-level"): "viewer",
    ("PUT", "/{orgId}/alert-level"): "csm",
    ("POST", "/{orgId}/calculate"): "csm",
    ("POST", "/calculate-all"): "admin",
    ("GET", "/jobs"): "viewer",
    ("GET", "/jobs/{jobId}"): "viewer",
    ("POST", "/jobs/{jobId}/cancel"): "admin",
    ("POST", "/jobs/{jobId}/accept"): "admin",
    ("GET", "/scorecards"): "viewer",
    ("GET", "/scorecards/{version}"): "viewer",
    ("POST", "/scorecards/validate"): "csm",
    ("POST", "/scorecards/preview"): "csm",
    ("POST", "/scorecards"): "admin",
}
DRAFT = {"scorecards": [tomllib.loads(SCORECARD)]}
BODIES = {
    ("PUT", "/{orgId}/alert-level"): {"level": "NONE"},
    ("POST", "/scorecards/validate"): DRAFT,
    ("POST", "/scorecards/preview"): DRAFT,
    ("POST", "/scorecards"): DRAFT,
}
# What an allowed call answers, where it is not 200.
ANSWERS = {
    ("POST", "/{orgId}/calculate"): 202,
    ("POST", "/calculate-all"): 202,
    ("POST", "/jobs/{jobId}/accept"): 409,  # the job holds nothing back
    ("POST", "/scorecards"): 428,  # no If-Match
}


def call(api: Api, route: tuple[str, str], role: str | None, org: str = "anna", job: str = ""):
    method, path = route
    filled = path.replace("{orgId}", org).replace("{jobId}", job).replace("{version}", "1")
    return api.ask(method, filled, role, json=BODIES.get(route))


def routes_of(app) -> set[tuple[str, str]]:
    operations = app.openapi()["paths"]
    documented = {(method.upper(), path) for path, methods in operations.items() for method in methods}
    hidden = {(method, r.path) for r in app.routes if isinstance(r, APIRoute) for method in r.methods}
    return {(method, path.removeprefix(PREFIX)) for method, path in documented | hidden if PREFIX in path}


def test_every_route_has_a_role(world):
    assert routes_of(world.client.app) | {("GET", "")} == set(LOWEST)


# Whose key opens nothing, and what they are told. "outlived": replaced, and its overlap is over.
REFUSED = {
    None: "send an API key: Authorization: Bearer <key>",
    "garbage": "this API key is unknown or revoked",
    "revoked": "this API key is unknown or revoked",
    "expired": "this API key has expired; ask for a new one",
    "outlived": "this API key has expired; ask for a new one",
}


@pytest.mark.parametrize("role", REFUSED)
def test_without_a_valid_key_every_route_is_401(world, role):
    for route in LOWEST:
        response = call(world, route, role, job="none")
        assert assert_problem(response, 401) == REFUSED[role], route
        assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_is_for_and_no_more(api, role):
    api.service.night(TUESDAY)  # there are two scores to explain
    for route, lowest in LOWEST.items():
        for key in (role, f"{role}, replaced", f"{role}, new"):
            job = api.post("/calculate-all")["jobId"]
            response = call(api, route, key, job=job)
            if ROLES.index(role) < ROLES.index(lowest):
                assert lowest in assert_problem(response, 403)
            else:
                assert response.status_code == ANSWERS.get(route, 200), (route, response.text)


def test_a_forbidden_request_changes_nothing(api):
    assert api.ask("PUT", "/anna/alert-level", "viewer", json={"level": "NONE"}).status_code == 403
    assert api.ask("POST", "/calculate-all", "csm").status_code == 403
    seen = {"If-Match": '"1"'}
    draft = {"scorecards": [{**DRAFT["scorecards"][0], "max_age_days": 1}]}
    refused = api.client.post(
        f"{PREFIX}/scorecards", json=draft, headers=seen | {"Authorization": f"Bearer {api.keys['csm']}"}
    )
    assert refused.status_code == 403
    assert api.get("/scorecards")["setNumber"] == 1
    assert api.get("/anna/alert-level")["level"] == "DASHBOARD_ONLY"
    assert len(api.get("/jobs")["jobs"]) == 1


def test_a_role_is_asked_before_the_tenant_is_looked_up(world):
    assert_problem(world.ask("POST", "/nobody/calculate", "viewer"), 403)
    assert_problem(world.ask("POST", "/jobs/nothing/cancel", "csm"), 403)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dTpw", "Token {key}", "{key}"])
def test_a_header_that_is_no_bearer_token_is_401(world, header):
    value = header.replace("{key}", world.keys["admin"])
    response = world.client.get(f"{PREFIX}/anna/score", headers={"Authorization": value})
    assert_problem(response, 401)
    assert world.keys["admin"] not in response.text


def test_a_key_stops_working_as_soon_as_it_is_revoked(api):
    from client_health.store import keys

    assert api.ask("GET", "/", "viewer").status_code == 200
    with api.service.store.write() as connection:
        keys.revoke(connection, "viewer key", TESTER, api.service.clock())
    assert api.ask("GET", "/", "viewer").status_code == 401


def test_the_last_use_of_a_key_is_noted(world):
    from client_health.store import keys

    world.get("/anna/score")
    with world.service.store.read() as connection:
        used = {key.name: key.last_used_at for key in keys.all_keys(connection)}
    assert used["viewer key"] == world.service.clock()
    assert used["old key"] is None


def test_the_health_routes_are_open(world):
    assert world.client.get("/livez").json() == {"status": "ok"}
    ready = world.client.get("/readyz")
    assert (ready.status_code, ready.json()["store"], ready.json()["migrations"]) == (200, True, True)
