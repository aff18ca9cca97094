"""Main drivers of a list of tenants, from stored scores."""

from datetime import timedelta

import pytest

from client_health.explanations.drivers import Driver, main_drivers
from client_health.explanations.service import explain_tenant
from client_health.store import portfolio, scorecards
from client_health.store.portfolio import Filters
from tests.cast import MONDAY, make_service

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def drivers(service) -> dict[str, Driver]:
    with service.store.read() as connection:
        rows = portfolio.page(connection, Filters(), limit=200).rows
        versions = {one.id: one for one in scorecards.all_versions(connection)}
        found = main_drivers(connection, rows, versions)
    return {row.tenant_id: found[row.id] for row in rows if row.id in found}


def test_before_a_second_night_nobody_has_a_driver(service):
    service.night(MONDAY)
    assert drivers(service) == {}


def test_the_component_that_moved_most_is_named_with_its_points(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=4, tickets=3)
    service.app.tenant("ben", active=9, tickets=5)
    service.night(TUESDAY)
    assert drivers(service) == {
        "anna": Driver("Login activity", -36.0),
        "ben": Driver("Support tickets", -20.0),
        "carla": Driver(None, 0.0),
        "dora": Driver(None, 0.0),
    }


def test_the_driver_is_the_largest_part_of_the_explanation(service):
    service.app.tenant("anna", active=2, tickets=1)
    service.night(MONDAY)
    service.app.tenant("anna", active=7, tickets=9)
    service.night(TUESDAY)
    with service.store.read() as connection:
        parts = explain_tenant(connection, "anna", MONDAY, TUESDAY).explanation.parts
    largest = max(parts, key=lambda part: abs(part.points))
    assert largest.key == "tickets"
    assert drivers(service)["anna"] == Driver("Support tickets", pytest.approx(float(largest.points)))


def test_of_two_equal_movements_the_first_of_the_scorecard_is_named(service):
    service.app.tenant("anna", active=6, tickets=0)
    service.night(MONDAY)
    service.app.tenant("anna", active=2, tickets=6)
    service.night(TUESDAY)
    assert drivers(service)["anna"] == Driver("Login activity", pytest.approx(-24))


def test_a_component_that_went_missing_is_said_and_moves_nothing(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=-1, tickets=2)  # a negative figure is an error of that tenant
    service.night(TUESDAY)
    assert drivers(service)["anna"] == Driver("Support tickets", pytest.approx(-14), ("Login activity",))


def test_a_tenant_without_a_score_has_no_driver(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=-1, tickets=-1)
    service.night(TUESDAY)
    assert "anna" not in drivers(service)


def test_a_stale_component_is_not_gone(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.night(TUESDAY)
    assert {one.gone for one in drivers(service).values()} == {()}
