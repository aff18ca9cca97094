"""How fresh the sources and their queries are."""

from datetime import timedelta

import pytest

from tests.api.conftest import TUESDAY, open_api
from tests.cast import CONFIG, MONDAY, make_service

DESK = """[sources.desk]
url = "{url}"
pause_ms = 0
"""
TICKETS = '[usage.tickets]\nsql = "select org as tenant_id, tickets as support_tickets from tickets"'


def queries(api, source: int = 0):
    return {one["name"]: one for one in api.get("/freshness")["sources"][source]["queries"]}


@pytest.fixture
def with_desk(tmp_path, store_url):
    """A service whose tickets come from a second source at an address; the API over it."""
    made = []

    def build(url: str):
        config = CONFIG.replace("[tenants]", DESK.replace("{url}", url) + "[tenants]")
        config = config.replace(TICKETS, TICKETS + '\nsource = "desk"')
        made.append(make_service(tmp_path, store_url, config))
        return open_api(made[0])

    yield build
    made[0].store.close()


def test_each_query_tells_its_last_success(world):
    answer = world.get("/freshness")
    assert answer["checkedAt"] == "2026-03-10T12:00:00Z"
    (source,) = answer["sources"]
    assert (source["name"], source["lastSuccessAt"], source["ageSeconds"]) == (
        "default",
        "2026-03-10T12:00:00Z",
        0,
    )
    assert [one["name"] for one in source["queries"]] == ["tenants", "usage.login", "usage.tickets"]
    login = source["queries"][1]
    assert login.pop("seconds") >= 0
    assert login == {
        "name": "usage.login",
        "everAnswered": True,
        "lastSuccessAt": "2026-03-10T12:00:00Z",
        "ageSeconds": 0,
        "scoreDate": str(TUESDAY),
        "asOf": "2026-03-04T00:00:00Z",
        "rows": 6,
        "measures": ["active_users", "total_users"],
        "lastFailureAt": None,
        "failure": None,
    }


def test_a_failure_stands_beside_the_last_success_until_the_next_one(api):
    service, night = api.service, api.service.clock()
    service.app.break_table("tickets")
    service.clock = lambda: night + timedelta(days=1)
    service.night(TUESDAY)
    api = open_api(service)
    tickets = queries(api)["usage.tickets"]
    assert (tickets["lastSuccessAt"], tickets["ageSeconds"]) == ("2026-03-10T12:00:00Z", 86_400)
    assert (tickets["rows"], tickets["scoreDate"]) == (4, str(MONDAY))
    assert (tickets["lastFailureAt"], tickets["failure"]) == (
        "2026-03-11T12:00:00Z",
        "no such table: tickets",
    )
    assert queries(api)["usage.login"]["ageSeconds"] == 0
    service.app.mend_table("tickets")
    service.night(TUESDAY)
    tickets = queries(api)["usage.tickets"]
    assert (tickets["lastFailureAt"], tickets["failure"], tickets["ageSeconds"]) == (None, None, 0)


def test_queries_that_were_never_asked_are_listed(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    api = open_api(service)
    (source,) = api.get("/freshness")["sources"]
    assert (source["lastSuccessAt"], source["ageSeconds"]) == (None, None)
    assert [(one["everAnswered"], one["rows"], one["seconds"]) for one in source["queries"]] == [
        (False, None, None)
    ] * 3
    service.store.close()


def test_only_runs_of_the_whole_fleet_count(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    api = open_api(service)
    service.tenant_at(service.clock(), "anna")
    assert not any(one["everAnswered"] for one in queries(api).values())
    service.store.close()


def test_what_is_no_longer_configured_is_left_out(api):
    service = api.service
    usage = {"login": service.settings.usage["login"]}
    service.settings = service.settings.model_copy(update={"usage": usage})
    assert list(queries(open_api(service))) == ["tenants", "usage.login"]


def test_each_source_has_its_own_age_and_no_password_is_shown(with_desk):
    api = with_desk("postgresql://desk:hunter2@127.0.0.1:1/desk")
    run = api.service.night(MONDAY)
    assert (run.status, run.outcome) == ("completed", "with_errors")
    answer = api.ask("GET", "/freshness")
    assert "hunter2" not in answer.text
    default, desk = answer.json()["sources"]
    assert (default["name"], default["ageSeconds"]) == ("default", 0)
    assert (desk["name"], desk["lastSuccessAt"], desk["ageSeconds"]) == ("desk", None, None)
    (tickets,) = desk["queries"]
    assert (tickets["name"], tickets["everAnswered"]) == ("usage.tickets", False)
    assert tickets["failure"].startswith("cannot connect")


def test_a_source_that_no_query_uses_is_listed_without_queries(with_desk):
    api = with_desk("sqlite:///desk.db")
    tickets = api.service.settings.usage["tickets"].model_copy(update={"source": "default"})
    usage = {**api.service.settings.usage, "tickets": tickets}
    api.service.settings = api.service.settings.model_copy(update={"usage": usage})
    default, desk = open_api(api.service).get("/freshness")["sources"]
    assert len(default["queries"]) == 3
    assert (desk["name"], desk["lastSuccessAt"], desk["queries"]) == ("desk", None, [])
