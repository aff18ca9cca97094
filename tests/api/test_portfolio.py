"""The portfolio: search, filters, sorts, pages, counts; and the high-risk list."""

import base64
import json

import pytest
import sqlalchemy as sa

from client_health.api.application import PREFIX
from client_health.store import owners, portfolio
from client_health.store.schema import score_current
from tests.api.conftest import TUESDAY, assert_problem
from tests.cast import MONDAY, person

SORTS = ["score", "name", "change", "confidence", "arr", "renewal"]
# Scores on Tuesday: anna 100, ben 100 (+94), carla 38 (−50), dora 0 (tickets alone), eva 100, gina none.
ACTIVE = ["anna", "ben", "carla", "dora", "eva", "gina"]


def ids(answer) -> list[str]:
    return [row["organizationId"] for row in answer["tenants"]]


def test_the_portfolio_lists_active_tenants_worst_first(world):
    portfolio = world.get("/")
    assert ids(portfolio) == ["dora", "carla", "anna", "ben", "eva", "gina"]
    assert (portfolio["total"], portfolio["nextCursor"]) == (6, None)
    carla = portfolio["tenants"][1]
    assert (carla["name"], carla["overallScore"], carla["baselineScore"], carla["change"]) == (
        "Carla",
        38,
        88,
        -50,
    )
    assert (carla["riskLevel"], carla["trend"], carla["scoreDate"]) == ("HIGH", "DECLINING", str(TUESDAY))


def test_the_portfolio_answers_with_and_without_the_last_slash(world):
    headers = {"Authorization": f"Bearer {world.keys['viewer']}"}
    bare = world.client.get(PREFIX, headers=headers, follow_redirects=False)
    assert (bare.status_code, bare.json()) == (200, world.get("/"))


def test_the_counts_are_of_all_filtered_tenants_and_not_of_the_page(world):
    portfolio = world.get("/", limit=1)
    assert (len(portfolio["tenants"]), portfolio["total"]) == (1, 6)
    assert portfolio["riskLevels"] == {"LOW": 2, "HIGH": 1, "UNKNOWN": 3}
    assert sum(portfolio["trends"].values()) == 6
    assert portfolio["trends"]["DECLINING"] == 1
    assert world.get("/", riskLevel="HIGH", limit=1)["riskLevels"] == {"HIGH": 1}


@pytest.mark.parametrize("text", ["carla", "CARLA", "arl", "Carla"])
def test_search_finds_parts_of_a_name_in_any_case(world, text):
    assert ids(world.get("/", search=text)) == ["carla"]


@pytest.mark.parametrize("text", ["%", "_", "a%a", "c_rla", "\\", "%00"])
def test_search_takes_every_character_literally(world, text):
    assert ids(world.get("/", search=text)) == []


def test_search_survives_a_nul_character(world):
    response = world.ask("GET", "/?search=%00")
    assert response.status_code in {200, 422}, response.text


def test_search_finds_names_with_percent_signs_underscores_and_umlauts(api):
    app = api.service.app
    for name in ("100% gut", "snake_case", "Ähren AG"):
        app.tenant(name)
    api.service.night(TUESDAY)
    assert ids(api.get("/", search="0% g")) == ["100% gut"]
    assert ids(api.get("/", search="e_c")) == ["snake_case"]
    assert ids(api.get("/", search="Ähren")) == ["Ähren AG"]
    assert ids(api.get("/", search="ähren")) == ["Ähren AG"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"riskLevel": "HIGH"}, ["carla"]),
        ({"riskLevel": "UNKNOWN"}, ["dora", "eva", "gina"]),
        ({"trend": "IMPROVING"}, ["ben"]),
        ({"trend": "DECLINING"}, ["carla"]),
        ({"industry": "Mining"}, ["ben", "eva"]),
        ({"owner": "dana"}, ["ben"]),
        ({"owner": "dana", "industry": "FARMING"}, []),
        ({"segment": "Enterprise"}, []),
        ({"alertLevel": "DASHBOARD_ONLY"}, ["anna", "ben", "carla", "dora", "eva", "gina"]),
        ({"alertLevel": "PROACTIVE"}, []),
    ],
)
def test_filters_narrow_the_list_and_the_total(world, filters, expected):
    answer = world.get("/", sort="name", **filters)
    assert (ids(answer), answer["total"]) == (expected, len(expected))


def test_the_alert_level_filter_finds_those_that_somebody_set(api):
    api.ask("PUT", "/ben/alert-level", "csm", json={"level": "PROACTIVE"})
    assert ids(api.get("/", alertLevel="PROACTIVE")) == ["ben"]
    assert ids(api.get("/", alertLevel="DASHBOARD_ONLY")) == ["anna", "carla", "dora"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("score", ["dora", "carla", "anna", "ben", "eva", "gina"]),
        ("-score", ["anna", "ben", "eva", "carla", "dora", "gina"]),
        ("name", ACTIVE),
        ("-name", ACTIVE[::-1]),
        ("confidence", ["gina", "dora", "anna", "ben", "carla", "eva"]),
        ("-confidence", ["anna", "ben", "carla", "eva", "dora", "gina"]),
    ],
)
def test_each_sort_goes_both_ways_and_scoreless_tenants_come_last(world, sort, expected):
    assert ids(world.get("/", sort=sort)) == expected


def test_sorting_by_change_puts_falls_first_and_unknown_changes_last(world):
    rising, falling = ids(world.get("/", sort="-change")), ids(world.get("/", sort="change"))
    assert (falling[0], falling[-1]) == ("carla", "gina")
    assert (rising[0], rising[-1]) == ("ben", "gina")


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_give_every_tenant_exactly_once_in_the_same_order(world, sort, limit):
    whole, seen, cursor = ids(world.get("/", sort=sort)), [], None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = world.get("/", sort=sort, limit=limit, **more)
        assert len(page["tenants"]) <= limit
        seen += ids(page)
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == whole


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "ü",
        "e30",
        encoded(5),
        encoded(["score"]),
        encoded(["score", "a", "b"]),
        encoded(["score", 1.0, 2]),
        encoded(["-score", 1.0, "anna"]),
        encoded(["score", True, "anna"]),
        encoded(["score", 1.0, "\ud800"]),
        encoded(["score", 1.0, "\x00"]),
    ],
)
def test_a_bad_cursor_is_422(world, cursor):
    assert "cursor" in assert_problem(world.ask("GET", "/", params={"cursor": cursor}), 422)


@pytest.mark.parametrize(
    "params",
    [{"sort": "colour"}, {"limit": 0}, {"limit": 201}, {"riskLevel": "high"}, {"trend": "UP"}],
)
def test_bad_parameters_are_422_and_name_the_parameter(world, params):
    assert next(iter(params)) in assert_problem(world.ask("GET", "/", params=params), 422)


def test_the_high_risk_list_takes_the_latest_score_first_and_then_the_level(world):
    high = world.get("/high-risk")
    assert (ids(high), high["total"]) == (["dora", "carla"], 2)
    assert "ben" not in ids(high)  # HIGH on Monday, recovered on Tuesday


def test_a_row_says_what_is_stale_and_what_is_missing(world):
    rows = {row["organizationId"]: row for row in world.get("/")["tenants"]}
    told = {name: (row["confidence"], row["stale"], row["missing"]) for name, row in rows.items()}
    assert told["anna"] == (1, [], [])
    assert told["dora"] == (0.4, [], ["login"])
    assert told["gina"] == (0, [], ["login", "tickets"])
    assert world.get("/high-risk")["tenants"][0]["missing"] == ["login"]


def test_an_owner_who_was_assigned_here_comes_before_the_one_of_the_source(api):
    with api.service.store.write() as connection:
        owners.assign(
            connection, portfolio.one(connection, "anna").id, "grace", person("dana"), api.service.clock()
        )
    assert [row["owner"] for row in api.get("/", sort="name")["tenants"]] == ["grace", None, None, None]
    assert ids(api.get("/", owner="grace")) == ["anna"]


def test_a_row_that_rests_on_yesterdays_figures_says_which(api):
    api.service.app.break_table("logins")
    api.service.app.execute("update tickets set tickets = 10")
    api.service.night(TUESDAY)
    for row in (api.get("/")["tenants"][0], *api.get("/", search="anna")["tenants"]):
        assert (row["confidence"], row["stale"], row["missing"]) == (0.4, ["login"], [])


def test_a_tenant_without_any_score_lacks_nothing_in_particular(api):
    with api.service.store.write() as connection:
        connection.execute(sa.delete(score_current).where(score_current.c.day == MONDAY))
    for row in api.get("/")["tenants"]:
        assert (row["scoreDate"], row["confidence"], row["stale"], row["missing"]) == (None, None, [], [])


def test_an_unknown_tenant_that_was_high_is_marked_in_the_high_risk_list(world):
    dora, carla = world.get("/high-risk")["tenants"]
    assert (dora["riskLevel"], dora["lastKnownRiskLevel"], dora["lastKnownRiskDate"]) == (
        "UNKNOWN",
        "HIGH",
        str(MONDAY),
    )
    assert (carla["riskLevel"], carla["lastKnownRiskDate"]) == ("HIGH", str(TUESDAY))


def test_a_tenant_that_left_is_not_in_the_high_risk_list(api):
    api.service.app.tenant("anna", active=0)
    api.service.night(TUESDAY)
    assert ids(api.get("/high-risk")) == ["anna"]
    api.service.app.execute("update orgs set active = 0 where id = 'anna'")
    api.service.night(TUESDAY)
    assert ids(api.get("/high-risk")) == []
