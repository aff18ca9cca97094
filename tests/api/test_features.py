"""Tracked features: their use by a tenant, their adoption across the fleet, and where they come from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from client_health.jobs import requests
from tests.api.conftest import TUESDAY, Api, assert_problem, open_api
from tests.cast import CONFIG, MONDAY, make_service

AS_OF = datetime(2026, 3, 3, tzinfo=UTC)  # the end of Monday
CUTOFF = AS_OF - timedelta(days=30)
QUERY = """[features]
sql = "select org as tenant_id, feature_key, first as first_used_at, last as last_used_at from uses"
in_use_days = 30
"""
CATALOGUE = """[[features.catalogue]]
key = "SSO"
name = "Single sign-on"
category = "integrations"
[[features.catalogue]]
key = "API_USAGE"
category = "integrations"
[[features.catalogue]]
key = "DASHBOARDS"
name = "Dashboards"
"""


def config(features: str) -> str:
    return CONFIG.replace("[scorecard]", features + "[scorecard]")


def use(api: Api, org: str, feature: str, last: datetime | None, first: str = "2025-01-01") -> None:
    written = None if last is None else f"{last.replace(tzinfo=None)}"
    api.service.app.execute("insert into uses values (?, ?, ?, ?)", org, feature, first, written)


def opened(folder, url: str, features: str) -> Api:
    service = make_service(folder, url, config(features))
    service.app.execute("create table uses (org text, feature_key text, first text, last text)")
    return open_api(service)


@pytest.fixture
def tracked(tmp_path, store_url) -> Iterator[Api]:
    """The catalogue SSO, API_USAGE, DASHBOARDS; nobody uses anything yet, nothing is collected."""
    api = opened(tmp_path, store_url, QUERY + CATALOGUE)
    yield api
    api.service.store.close()


@pytest.fixture
def untracked(tmp_path, store_url) -> Iterator[Api]:
    """The same without a catalogue."""
    api = opened(tmp_path, store_url, QUERY)
    yield api
    api.service.store.close()


def keys(answer) -> list[str]:
    return [one["key"] for one in answer["features"]]


def one(answer, key: str):
    return next(one for one in answer["features"] if one["key"] == key)


def test_every_tracked_feature_is_told_in_the_order_of_the_catalogue(tracked):
    use(tracked, "anna", "DASHBOARDS", AS_OF - timedelta(days=3, hours=5))
    use(tracked, "anna", "SSO", AS_OF - timedelta(days=40))
    tracked.service.night(MONDAY)
    anna = tracked.get("/anna/features")
    assert (anna["organizationId"], anna["name"]) == ("anna", "Anna")
    assert (anna["asOf"], anna["inUseDays"], anna["inUse"], anna["tracked"]) == (
        "2026-03-03T00:00:00Z",
        30,
        1,
        3,
    )
    assert anna["features"] == [
        {
            "key": "SSO",
            "name": "Single sign-on",
            "category": "integrations",
            "inUse": False,
            "firstUsedAt": "2025-01-01T00:00:00Z",
            "lastUsedAt": "2026-01-22T00:00:00Z",
            "daysSince": 40,
        },
        {
            "key": "API_USAGE",
            "name": "Api usage",
            "category": "integrations",
            "inUse": False,
            "firstUsedAt": None,
            "lastUsedAt": None,
            "daysSince": None,
        },
        {
            "key": "DASHBOARDS",
            "name": "Dashboards",
            "category": None,
            "inUse": True,
            "firstUsedAt": "2025-01-01T00:00:00Z",
            "lastUsedAt": "2026-02-27T19:00:00Z",
            "daysSince": 3,
        },
    ]


@pytest.mark.parametrize(
    ("last", "in_use", "days"),
    [
        (CUTOFF, True, 30),
        (CUTOFF - timedelta(microseconds=1), False, 30),
        (CUTOFF - timedelta(seconds=1), False, 30),
        (AS_OF, True, 0),
        (AS_OF + timedelta(days=400), True, 0),
        (AS_OF - timedelta(hours=23), True, 0),
        (None, False, None),
    ],
)
def test_in_use_has_a_lower_bound_that_counts_and_no_upper_one(tracked, last, in_use, days):
    use(tracked, "anna", "SSO", last)
    tracked.service.night(MONDAY)
    told = one(tracked.get("/anna/features"), "SSO")
    assert (told["inUse"], told["daysSince"]) == (in_use, days)
    assert one(tracked.get("/features"), "SSO")["tenantsInUse"] == int(in_use)


def test_the_fleet_counts_active_tenants_only(tracked):
    for name in ("anna", "ben", "dora"):
        use(tracked, name, "SSO", AS_OF)
    use(tracked, "carla", "SSO", CUTOFF - timedelta(days=1))
    use(tracked, "ben", "API_USAGE", AS_OF)
    tracked.service.night(MONDAY)
    tracked.service.app.forget("dora")
    tracked.service.night(TUESDAY)
    fleet = tracked.get("/features")
    assert (fleet["asOf"], fleet["inUseDays"], fleet["tenants"]) == ("2026-03-04T00:00:00Z", 30, 3)
    assert fleet["features"][0] == {
        "key": "SSO",
        "name": "Single sign-on",
        "category": "integrations",
        "tenantsInUse": 2,
        "share": pytest.approx(2 / 3),
    }
    assert [(one["tenantsInUse"], one["share"]) for one in fleet["features"][1:]] == [
        (1, pytest.approx(1 / 3)),
        (0, 0),
    ]
    assert tracked.get("/dora/features")["inUse"] == 1  # inactive, and still readable


def test_keys_that_nobody_tracks_are_stored_and_not_shown(tracked):
    use(tracked, "anna", "BETA_KANBAN", AS_OF)
    tracked.service.night(MONDAY)
    for path in ("/anna/features", "/features"):
        assert keys(tracked.get(path)) == ["SSO", "API_USAGE", "DASHBOARDS"]
    assert tracked.get("/anna/features")["inUse"] == 0


def test_without_a_catalogue_every_key_that_was_returned_is_shown_by_its_words(untracked):
    use(untracked, "anna", "webIntake", AS_OF)
    use(untracked, "ben", "CUSTOM_DASHBOARDS", AS_OF)
    untracked.service.night(MONDAY)
    for path in ("/anna/features", "/carla/features", "/features"):
        told = [(one["key"], one["name"], one["category"]) for one in untracked.get(path)["features"]]
        assert told == [
            ("CUSTOM_DASHBOARDS", "Custom dashboards", None),
            ("webIntake", "Web intake", None),
        ]
    anna = untracked.get("/anna/features")
    assert [one["inUse"] for one in anna["features"]] == [False, True]


def test_before_the_first_answer_the_catalogue_is_shown_and_nothing_is_in_use(tracked):
    tracked.service.app.break_table("uses")
    tracked.service.night(MONDAY)
    anna, fleet = tracked.get("/anna/features"), tracked.get("/features")
    assert (anna["asOf"], anna["inUse"], anna["tracked"]) == (None, 0, 3)
    assert (fleet["asOf"], {one["tenantsInUse"] for one in fleet["features"]}) == (None, {0})


def test_a_recalculated_tenant_has_its_features_before_the_first_night(tracked):
    use(tracked, "anna", "SSO", AS_OF)
    tracked.service.tenant_at(AS_OF, "anna")
    anna = tracked.get("/anna/features")
    assert (anna["asOf"], anna["inUse"]) == ("2026-03-03T00:00:00Z", 1)


def test_a_failing_query_keeps_the_use_that_is_known(tracked):
    use(tracked, "anna", "SSO", AS_OF)
    tracked.service.night(MONDAY)
    before = tracked.get("/anna/features")
    tracked.service.app.break_table("uses")
    run = tracked.service.night(TUESDAY)
    assert (run.status, run.outcome) == ("completed", "with_errors")
    assert tracked.get("/anna/features") == before
    query = tracked.get("/freshness")["sources"][0]["queries"][-1]
    assert (query["name"], query["scoreDate"], query["everAnswered"]) == ("features", str(MONDAY), True)
    assert "no such table: uses" in query["failure"]


def test_a_night_that_is_made_up_for_does_not_ask_for_features(tracked):
    service = tracked.service
    use(tracked, "anna", "SSO", AS_OF)
    service.night(MONDAY)
    service.app.execute("delete from uses")
    run = service.perform(requests.night(service.settings, TUESDAY, past=True))
    assert [report["name"] for report in run.reports if report["left_out"]] == ["usage.login", "features"]
    anna = tracked.get("/anna/features")
    assert (anna["asOf"], anna["inUse"]) == ("2026-03-03T00:00:00Z", 1)


def test_an_empty_answer_where_there_were_many_rows_keeps_the_use_that_is_known(tracked):
    for name in ("anna", "ben"):
        for feature in ("SSO", "API_USAGE", "DASHBOARDS"):
            use(tracked, name, feature, AS_OF)
    tracked.service.night(MONDAY)
    tracked.service.app.execute("delete from uses")
    tracked.service.night(TUESDAY)
    assert tracked.get("/anna/features")["inUse"] == 3
    failure = tracked.get("/freshness")["sources"][0]["queries"][-1]["failure"]
    assert failure == "returned no row, where it returned 6 the last time"


def test_a_feature_that_a_tenant_no_longer_has_is_never_used_again(tracked):
    use(tracked, "anna", "SSO", AS_OF)
    tracked.service.night(MONDAY)
    tracked.service.app.execute("delete from uses")
    tracked.service.night(TUESDAY)
    assert one(tracked.get("/anna/features"), "SSO")["lastUsedAt"] is None


def test_a_tenant_that_is_recalculated_later_does_not_keep_the_night_from_the_others(tracked):
    tracked.service.night(MONDAY)
    use(tracked, "anna", "SSO", AS_OF)
    tracked.service.tenant_at(datetime(2026, 3, 4, 1, 30, tzinfo=UTC), "anna")
    use(tracked, "ben", "SSO", AS_OF)
    tracked.service.night(TUESDAY)  # as of midnight, before that recalculation
    assert tracked.get("/ben/features")["inUse"] == 1
    assert tracked.get("/anna/features")["inUse"] == 1


def test_without_a_features_query_there_are_no_features(world):
    anna, fleet = world.get("/anna/features"), world.get("/features")
    assert (anna["asOf"], anna["features"], anna["inUse"], anna["tracked"]) == (None, [], 0, 0)
    assert (fleet["asOf"], fleet["features"], fleet["tenants"]) == (None, [], 6)


def test_features_of_an_unknown_tenant_are_404(world):
    assert "nobody" in assert_problem(world.ask("GET", "/nobody/features"), 404)
