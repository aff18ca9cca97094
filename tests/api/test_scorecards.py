"""Scorecards over the API: versions, validation, replay."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from client_health.api.application import PREFIX
from tests.api.conftest import Api, assert_problem, open_api
from tests.cast import MONDAY, SCORECARD, make_service
from tests.jobs.fleets import contents
from tests.jobs.publishing import OTHER, ask, cancel, publish
from tests.replay.cast import MINING, set_of

SMALL, STEEP, MINERS = (tomllib.loads(text) for text in (SCORECARD, OTHER, MINING))
LOGIN, TICKETS = SMALL["components"]


def draft(*cards: dict[str, Any]) -> dict[str, Any]:
    return {"scorecards": list(cards)}


def small(**changed: Any) -> dict[str, Any]:
    """The scorecard in force with something changed."""
    return SMALL | changed


def validated(api: Api, *cards: dict[str, Any]) -> Any:
    response = api.ask("POST", "/scorecards/validate", "csm", json=draft(*cards))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
def fresh(tmp_path, store_url) -> Iterator[Api]:
    """Before the first run."""
    service = make_service(tmp_path, store_url)
    yield open_api(service)
    service.store.close()


def test_the_list_tells_versions_the_newest_first_and_which_are_in_force(api, tmp_path):
    publish(api.service, set_of(tmp_path, OTHER))
    publish(api.service, set_of(tmp_path, MINING, OTHER))
    told = api.get("/scorecards")
    assert (told["setNumber"], told["inForce"]) == (3, ["mining v1", "small v2"])
    assert [(one["name"], one["version"], one["inForce"]) for one in told["versions"]] == [
        ("mining", 1, True),
        ("small", 2, True),
        ("small", 1, False),
    ]
    first = told["versions"][-1]
    assert (first["publishedBy"], first["publishedAt"], first["note"]) == (
        "first run",
        "2026-03-10T12:00:00Z",
        None,
    )
    assert len({one["digest"] for one in told["versions"]}) == 3


def test_the_etag_is_the_number_of_the_newest_set_whether_or_not_it_is_in_force(api, tmp_path):
    assert api.ask("GET", "/scorecards").headers["etag"] == '"1"'
    cancel(api.service, ask(api.service, set_of(tmp_path, OTHER)))
    response = api.ask("GET", "/scorecards")
    assert (response.headers["etag"], response.json()["setNumber"]) == ('"2"', 2)
    assert response.json()["inForce"] == ["small v1"]


def test_before_the_first_run_the_configured_scorecard_is_version_1(fresh):
    told = fresh.get("/scorecards")
    assert (told["inForce"], told["setNumber"]) == (["small v1"], 1)
    assert fresh.get("/scorecards/1")["content"]["name"] == "small"


def test_a_version_has_its_content_as_in_a_file(api):
    told = api.get("/scorecards/1")
    assert (told["name"], told["version"], told["inForce"]) == ("small", 1, True)
    assert told["content"]["components"][0]["measure"] == "active_users"
    assert "applies_to" not in told["content"]
    again = validated(api, told["content"])
    assert (again["valid"], again["differences"]) == (True, [])


def test_with_several_names_the_name_has_to_be_said(api, tmp_path):
    publish(api.service, set_of(tmp_path, MINING, OTHER))
    detail = assert_problem(api.ask("GET", "/scorecards/1"), 422)
    assert "say which: mining, small" in detail
    assert api.get("/scorecards/1", name="mining")["content"]["applies_to"]["industry"] == ["Mining"]
    assert api.get("/scorecards/2", name="small")["inForce"] is True
    assert api.get("/scorecards/1", name="small")["inForce"] is False


@pytest.mark.parametrize("asked", ["/scorecards/2", "/scorecards/1?name=other", "/scorecards/2000000000"])
def test_a_version_that_does_not_exist_is_404_and_says_which_there_are(world, asked):
    assert "known: small v1" in assert_problem(world.ask("GET", asked), 404)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1.5", "99999999999", "1?name=" + "x" * 64])
def test_what_is_no_version_is_422(world, asked):
    assert_problem(world.ask("GET", f"/scorecards/{asked}"), 422)


def test_a_name_with_nul_is_404(world):
    assert_problem(world.ask("GET", "/scorecards/1?name=%00"), 404)


def test_a_draft_in_order_tells_who_is_scored_and_what_changes(api):
    told = validated(api, STEEP)
    assert (told["valid"], told["errors"], told["warnings"], told["normalisedWeights"]) == (True, [], [], [])
    assert told["tenantsScored"] == {"small": 4}
    assert {"scorecard": "small, login", "what": "weight", "before": "60%", "after": "30%"} in told[
        "differences"
    ]


def test_weights_that_do_not_sum_to_1_are_refused_with_weights_that_do(world):
    told = validated(world, small(components=[LOGIN | {"weight": 0.5}, TICKETS | {"weight": 0.25}]))
    assert told["valid"] is False
    (error,) = told["errors"]
    assert "scorecards.0: the weights sum to 0.75, not to 1" in error
    (offered,) = told["normalisedWeights"]
    assert offered == {"scorecard": "small", "weights": {"login": 0.6667, "tickets": 0.3333}}
    parts = [LOGIN | {"weight": 0.6667}, TICKETS | {"weight": 0.3333}]
    assert validated(world, small(components=parts))["valid"] is True


def test_everything_that_is_wrong_is_told_at_once(world):
    bad = small(
        components=[LOGIN | {"curve": [[0, 0], [0, 100]], "colour": "red"}, TICKETS | {"weight": -1}],
        risk={"high_below": 90},
    )
    told = validated(world, bad, small(name="Not A Name"))
    places = [error.partition(":")[0] for error in told["errors"]]
    assert places == [
        "scorecards.0.components.0.curve",
        "scorecards.0.components.0.colour",
        "scorecards.0.components.1.weight",
        "scorecards.0.risk",
        "scorecards.1.name",
    ]
    assert (told["valid"], told["tenantsScored"], told["differences"]) == (False, {}, [])


def test_an_unknown_measure_is_refused_with_those_that_there_are(world):
    told = validated(world, small(components=[LOGIN, TICKETS | {"measure": "tikets"}]))
    assert told["errors"] == [
        "small: no query has returned the measure tikets; there are: active_users, support_tickets, "
        "total_users"
    ]


def test_a_component_that_is_empty_for_everybody_is_refused(api):
    for name in ("anna", "ben", "carla", "dora"):
        api.service.app.tenant(name, active=0, users=0)
    api.service.night(MONDAY)
    told = validated(api, small(components=[LOGIN | {"when_empty": 100}, TICKETS]))
    assert (told["valid"], len(told["errors"])) == (False, 1)
    assert "small, component login: every tenant has nothing to measure" in told["errors"][0]


def test_overlaps_and_tenants_without_a_scorecard_are_warnings(api):
    api.service.app.tenant("ben", industry="Mining")
    api.service.night(MONDAY)
    large = small(name="large", applies_to={"industry": ["mining", "Farming"]})
    told = validated(api, MINERS, large)
    assert told["valid"] is True
    assert told["warnings"] == [
        "1 tenants match both mining and large; mining scores them",
        "no scorecard applies to anna, carla, dora; they would not be scored",
        "large: no active tenant is scored by it",
    ]


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        ([SMALL, SMALL], "two scorecards are called small"),
        ([SMALL, STEEP | {"name": "other"}], "small applies to all tenants and stands before other"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused(world, cards, told):
    (error,) = validated(world, *cards)["errors"]
    assert error.startswith("scorecards: ")
    assert told in error


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"scorecards": []},
        {"scorecards": [1]},
        {"scorecards": SMALL},
        {"scorecards": [SMALL], "more": 1},
        [],
        5,
    ],
)
def test_a_body_that_is_no_draft_is_422(world, body):
    for path in ("validate", "preview"):
        assert_problem(world.ask("POST", f"/scorecards/{path}", "csm", json=body), 422)


@pytest.mark.parametrize(
    "components", [None, 5, "x", {}, [], [1], [{}], [{"key": 1, "weight": None}], {"key": "x"}]
)
def test_components_of_any_kind_are_told_as_faults(world, components):
    told = validated(world, small(components=components))
    assert told["valid"] is False
    assert all(error.startswith("scorecards.0.components") for error in told["errors"])


@pytest.mark.parametrize(
    "weight", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, '"x"', "true", "[1]"]
)
def test_weights_of_any_kind_are_told_as_faults(world, weight):
    """Python reads more numbers out of JSON than JSON has."""
    part = '{"key": "%s", "name": "x", "weight": %s, "measure": "active_users", "curve": [[0, 0], [1, 100]]}'
    text = '{"scorecards": [{"components": [' + f"{part % ('a', 1)}, {part % ('b', weight)}" + "]}]}"
    headers = {"Authorization": f"Bearer {world.keys['csm']}", "Content-Type": "application/json"}
    response = world.client.post(f"{PREFIX}/scorecards/validate", content=text, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["valid"] is False
    assert any("scorecards.0" in error for error in response.json()["errors"])


def test_validating_changes_nothing(api):
    before = contents(api.service)
    validated(api, STEEP)
    validated(api, small(components=[]))
    assert {name: rows for name, rows in contents(api.service).items() if name != "api_keys"} == {
        name: rows for name, rows in before.items() if name != "api_keys"
    }
