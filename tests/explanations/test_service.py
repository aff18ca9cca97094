"""Explanations from stored history, by the service, the API and the command."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from client_health.api.application import PREFIX, create_api
from client_health.errors import ConflictError, NotFoundError
from client_health.explanations.service import advise, explain_tenant, to_low
from client_health.store import keys, portfolio
from tests.cast import MONDAY, TESTER, make_service


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def explained(service, tenant, first=None, last=None):
    with service.store.read() as connection:
        return explain_tenant(connection, tenant, first, last)


def asked(service, path):
    with service.store.write() as connection:
        _, secret = keys.create(connection, "portal", "viewer", TESTER, service.clock())
    client = TestClient(create_api(service.store, service.settings))
    return client.get(PREFIX + path, headers={"Authorization": f"Bearer {secret}"})


def test_a_fall_is_told_with_the_measures_behind_it(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=4, tickets=3)
    service.night(MONDAY + timedelta(days=7))
    body = asked(service, "/anna/explanation").json()
    assert (body["scoreFrom"], body["scoreTo"], body["change"]) == (100, 52, -48)
    login, tickets = body["components"]
    assert login["points"] == -36
    assert login["sentence"] == "Login activity fell from 100 to 40 (active users 10 → 4 of 10): −36 points."
    assert (tickets["points"], tickets["measuresTo"]) == (-12, {"support_tickets": 3})
    parts = sum(part["points"] for part in body["components"])
    assert parts + body["scorecard"]["points"] + body["availability"]["points"] + body["rounding"] == -48


def test_what_would_take_the_tenant_to_low_does(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=4)
    service.night(MONDAY + timedelta(days=10))
    with service.store.read() as connection:
        remedies = to_low(connection, explain_tenant(connection, "anna", None, None))
    login = next(one for one in remedies if one.key == "login")
    assert (login.value_from, login.value_to) == (4, 5)
    service.app.tenant("anna", active=5)
    service.night(MONDAY + timedelta(days=10))
    assert service.score("anna").risk_level == "LOW"


def test_a_source_that_went_down_is_availability(service):
    service.app.tenant("anna", active=7, tickets=8)
    service.night(MONDAY)
    service.app.break_table("tickets")
    service.nights(MONDAY + timedelta(days=1), 6)
    told = explained(service, "anna", MONDAY, MONDAY + timedelta(days=6)).explanation
    assert all(part.points == 0 for part in told.parts)
    assert told.availability + told.rounding == told.change == 20


def test_a_score_from_long_ago_is_found_and_the_first_of_all_days_is_a_date(service):
    service.night(MONDAY)
    service.night(MONDAY + timedelta(days=100))
    told = explained(service, "anna")
    assert (told.before.row.day, told.after.row.day) == (MONDAY, MONDAY + timedelta(days=100))
    told = explained(service, "anna", MONDAY + timedelta(days=60), MONDAY + timedelta(days=100))
    assert told.before.row.day == MONDAY
    assert explained(service, "anna", date.min).before.row.day == MONDAY


def test_dates_without_a_score_fall_back_to_the_nearest(service):
    service.night(MONDAY)
    service.night(MONDAY + timedelta(days=3))
    told = explained(service, "anna", MONDAY - timedelta(days=9), MONDAY + timedelta(days=9))
    assert (told.before.row.day, told.after.row.day) == (MONDAY, MONDAY + timedelta(days=3))


def test_what_cannot_be_explained_says_why(service):
    with pytest.raises(NotFoundError, match="no tenant"):
        explained(service, "nobody")
    service.night(MONDAY)
    with pytest.raises(ConflictError, match="no two scores"):
        explained(service, "anna")
    assert asked(service, "/nobody/explanation").status_code == 404
    assert asked(service, "/anna/explanation").status_code == 409
    assert asked(service, "/anna/explanation?from=soon").status_code == 422


def test_what_would_bring_a_component_to_100_does(service):
    service.app.tenant("anna", active=4, tickets=3)
    service.night(MONDAY)
    with service.store.read() as connection:
        told = advise(connection, portfolio.one(connection, "anna"))
    assert told.figures == {"active_users": 4, "total_users": 10, "support_tickets": 3}
    assert [(one.key, one.value_from, one.value_to) for one in told.full] == [
        ("login", 4, 10),
        ("tickets", 3, 0),
    ]
    service.app.tenant("anna", active=10, tickets=0)
    service.night(MONDAY)
    assert service.score("anna").overall == 100


def test_advice_needs_the_measures_behind_the_score(service):
    service.night(MONDAY)
    with service.store.write() as connection:
        connection.exec_driver_sql("delete from usage_metrics")
    with service.store.read() as connection, pytest.raises(ConflictError, match="no longer stored"):
        advise(connection, portfolio.one(connection, "anna"))
