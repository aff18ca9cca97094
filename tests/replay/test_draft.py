"""What is found about a draft before it is published."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from client_health.replay.draft import DraftCheck, check_draft
from tests.cast import CONFIG, MONDAY, SCORECARD, Service, make_service
from tests.replay.cast import MINING, set_of

EXCLUDED = SCORECARD.replace("when_empty = 0", 'when_empty = "exclude"')


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_service(tmp_path, store_url)
    service.night(MONDAY)
    yield service
    service.store.close()


def checked(service: Service, *texts: str) -> DraftCheck:
    with service.store.read() as connection:
        return check_draft(connection, set_of(service.folder, *texts))


def warnings(found: DraftCheck) -> list[str]:
    return [one.message for one in found.findings if one.severity == "warning"]


def test_what_is_in_force_is_in_order(service):
    found = checked(service, SCORECARD)
    assert (found.findings, found.errors, found.differences) == ((), (), ())
    assert found.scored == {"small": 4}


def test_differences_are_those_from_what_is_in_force(service):
    found = checked(service, SCORECARD.replace("grace_days = 30", "grace_days = 10"))
    assert [str(one) for one in found.differences] == ["small: risk.grace_days 30 → 10"]


def test_a_measure_that_no_query_returns_is_an_error_that_says_which_there_are(service):
    found = checked(service, SCORECARD.replace('measure = "support_tickets"', 'measure = "tickets"'))
    assert found.errors == (
        "small: no query has returned the measure tickets; there are: active_users, support_tickets, "
        "total_users",
    )
    assert warnings(found) == ["small, component tickets: no tenant has figures for it on the latest date"]


def test_every_unknown_measure_is_named_also_the_alive_measure(service):
    strange = SCORECARD.replace('alive_measure = "active_users"', 'alive_measure = "pulse"')
    found = checked(service, strange.replace('per = "total_users"', 'per = "seats"'))
    assert [message.partition(";")[0] for message in found.errors] == [
        "small: no query has returned the measure pulse",
        "small: no query has returned the measure seats",
    ]


def test_before_anything_was_measured_names_cannot_be_checked(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    found = checked(service, SCORECARD)
    assert (found.errors, found.scored, found.differences) == ((), {"small": 0}, ())
    assert warnings(found) == ["nothing was measured yet, so the names of measures cannot be checked"]
    service.store.close()


def test_a_component_that_nobody_has_anything_for_and_that_gives_points_away_is_an_error(service):
    for name in ("anna", "ben", "carla", "dora"):
        service.app.tenant(name, active=0, users=0)
    service.night(MONDAY, accept=True)
    found = checked(service, SCORECARD.replace("when_empty = 0", "when_empty = 62.5"))
    assert found.errors == (
        "small, component login: every tenant has nothing to measure, so all would be given 62.5 for it; "
        'leave it out, or write when_empty = "exclude"',
    )
    excluded = checked(service, EXCLUDED)
    assert (excluded.errors, warnings(excluded)) == (
        (),
        ["small, component login: every tenant has nothing to measure, so it would be left out"],
    )


def test_one_tenant_that_has_something_to_measure_is_enough(service):
    for name in ("anna", "ben", "carla"):
        service.app.tenant(name, active=0, users=0)
    service.night(MONDAY, accept=True)
    assert checked(service, SCORECARD).findings == checked(service, EXCLUDED).findings == ()


def test_a_tenant_that_was_recalculated_since_the_night_does_not_stand_for_the_fleet(service):
    """Anna has nobody to log in; asked for alone, she must not make the component look idle."""
    service.app.tenant("anna", active=0, users=0)
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "anna")
    assert checked(service, SCORECARD).findings == ()


def test_a_component_without_figures_on_the_latest_date_is_worth_a_warning(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    service.night(MONDAY)
    service.app.break_table("tickets")
    service.night(MONDAY + timedelta(days=9))
    found = checked(service, SCORECARD)
    assert (found.errors, warnings(found)) == (
        (),
        ["small, component tickets: no tenant has figures for it on the latest date"],
    )
    service.store.close()


def test_each_scorecard_is_held_against_the_figures_of_its_own_tenants(service):
    service.app.tenant("ben", active=0, users=0, industry="Mining")
    service.night(MONDAY)
    gives = MINING.replace('when_empty = "exclude"', "when_empty = 50")
    found = checked(service, gives, SCORECARD)
    assert found.scored == {"mining": 1, "small": 3}
    assert [message.partition(":")[0] for message in found.errors] == ["mining, component login"]


def test_tenants_that_two_scorecards_name_are_counted_with_who_scores_them(service):
    service.app.tenant("ben", industry="Mining")
    service.app.tenant("anna", industry="Mining")
    service.night(MONDAY)
    other = MINING.replace('name = "mining"', 'name = "diggers"').replace(
        '["Mining"]', '["MINING", "Digging"]'
    )
    found = checked(service, MINING, other, SCORECARD)
    assert warnings(found) == [
        "2 tenants match both mining and diggers; mining scores them",
        "diggers: no active tenant is scored by it",
    ]


def test_tenants_that_would_not_be_scored_are_named(service):
    service.app.tenant("ben", industry="Mining")
    service.night(MONDAY)
    assert warnings(checked(service, MINING)) == [
        "no scorecard applies to anna, carla, dora; they would not be scored"
    ]
    for number in range(12):
        service.app.tenant(f"t{number:02}")
    service.night(MONDAY)
    (message,) = warnings(checked(service, MINING))
    assert message.endswith("t05, t06 and 5 more; they would not be scored")


def test_a_scorecard_that_scores_nobody_is_worth_a_warning(service):
    found = checked(service, MINING, SCORECARD)
    assert (found.scored, warnings(found)) == (
        {"mining": 0, "small": 4},
        ["mining: no active tenant is scored by it"],
    )


def test_only_active_tenants_are_counted(service):
    service.app.forget("dora")
    service.app.tenant("ben", industry="Mining")
    service.night(MONDAY + timedelta(days=1))
    found = checked(service, MINING)
    assert (found.scored, warnings(found)) == (
        {"mining": 1},
        ["no scorecard applies to anna, carla; they would not be scored"],
    )


def test_figures_that_stand_in_are_figures(tmp_path, store_url):
    service = make_service(tmp_path, store_url, CONFIG)
    service.night(MONDAY)
    service.app.break_table("tickets")
    service.night(MONDAY + timedelta(days=1))
    assert checked(service, SCORECARD).findings == ()
    (impatient,) = warnings(
        checked(service, SCORECARD.replace('name = "small"', 'name = "small"\nmax_age_days = 0'))
    )
    assert impatient == "small, component tickets: no tenant has figures for it on the latest date"
    service.store.close()
