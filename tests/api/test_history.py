"""The history of a tenant across versions of its scorecard: comparable, and as it was told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.api.conftest import Api, assert_problem, open_api
from tests.cast import MONDAY, SCORECARD, make_service
from tests.jobs.publishing import OTHER, publish
from tests.replay.cast import MINING, make_segmented, set_of

DAYS = [str(MONDAY + timedelta(days=number)) for number in range(5)]
V1, V2 = {"name": "small", "version": 1}, {"name": "small", "version": 2}


@pytest.fixture
def api(tmp_path, store_url) -> Iterator[Api]:
    """Two nights under one version, two under another; Anna's users halve on the last day of each."""
    service = make_service(tmp_path, store_url)
    for number in range(4):
        if number == 2:
            publish(service, set_of(tmp_path, OTHER))
        service.app.tenant("anna", active=10 if number % 2 == 0 else 5)
        service.night(MONDAY + timedelta(days=number))
    yield open_api(service)
    service.store.close()


def points(history: dict) -> list[tuple]:
    return [(one["scoreDate"], one["overallScore"], one["scorecard"]) for one in history["scores"]]


def test_comparable_tells_every_date_under_the_version_in_force(api):
    history = api.get("/anna/history")
    assert history["view"] == "comparable"
    assert points(history) == [(day, score, V2) for day, score in zip(DAYS, (93, 78, 93, 78), strict=False)]
    assert history == api.get("/anna/history", view="comparable")


def test_reported_tells_every_date_as_it_was_first_told(api):
    history = api.get("/anna/history", view="reported")
    assert history["view"] == "reported"
    assert points(history) == [
        (DAYS[0], 100, V1),
        (DAYS[1], 70, V1),
        (DAYS[2], 93, V2),
        (DAYS[3], 78, V2),
    ]


def test_the_components_of_a_point_are_those_of_its_version(api):
    for view, weights in (("comparable", [0.3, 0.7]), ("reported", [0.6, 0.4])):
        first = api.get("/anna/history", view=view)["scores"][0]
        assert [one["weight"] for one in first["components"]] == weights
        assert round(sum(one["contribution"] for one in first["components"])) == first["overallScore"]


@pytest.mark.parametrize("view", ["comparable", "reported"])
def test_either_view_says_when_the_version_changed(api, view):
    change = {"scoreDate": DAYS[2], "scorecardFrom": V1, "scorecardTo": V2}
    assert api.get("/anna/history", view=view)["versionChanges"] == [change]
    assert api.get("/anna/history", view=view, days=2)["versionChanges"] == []
    assert len(api.get("/anna/history", view=view, days=2)["scores"]) == 2


def test_a_view_that_does_not_exist_is_422(api):
    for view in ("told", "", "COMPARABLE"):
        assert "view" in assert_problem(api.ask("GET", "/anna/history", params={"view": view}), 422)


def test_the_latest_score_is_the_last_comparable_point(api):
    score, last = api.get("/anna/score"), api.get("/anna/history")["scores"][-1]
    assert {name: score[name] for name in last} == last
    assert (score["previousScore"], score["baselineScore"], score["baselineDate"]) == (93, 78, DAYS[1])


def test_a_date_run_again_keeps_the_version_that_told_it_first(api):
    service = api.service
    service.app.tenant("anna", active=2)
    service.night(MONDAY + timedelta(days=1))
    reported, comparable = (api.get("/anna/history", view=view) for view in ("reported", "comparable"))
    assert points(reported)[1] == (DAYS[1], 70, V1)
    assert points(comparable)[1] == (DAYS[1], 69, V2)


def test_going_back_shows_the_old_points_as_comparable_again(api, tmp_path):
    publish(api.service, set_of(tmp_path, SCORECARD))
    assert [one[1:] for one in points(api.get("/anna/history"))] == [(100, V1), (70, V1), (100, V1), (70, V1)]
    assert [one[2] for one in points(api.get("/anna/history", view="reported"))] == [V1, V1, V2, V2]
    service = api.service
    service.night(MONDAY + timedelta(days=4))
    changes = api.get("/anna/history")["versionChanges"]
    assert [(one["scoreDate"], one["scorecardTo"]) for one in changes] == [(DAYS[2], V2), (DAYS[4], V1)]


def test_a_change_of_segment_is_a_change_of_version_for_that_tenant_alone(tmp_path, store_url):
    service = make_segmented(tmp_path, store_url)
    service.night(MONDAY)
    service.app.tenant("anna", industry="Mining")
    service.night(MONDAY + timedelta(days=1))
    api = open_api(service)
    mining = {"name": "mining", "version": 1}
    assert [one[2] for one in points(api.get("/anna/history"))] == [V1, mining]
    assert api.get("/anna/history")["versionChanges"] == [
        {"scoreDate": DAYS[1], "scorecardFrom": V1, "scorecardTo": mining}
    ]
    assert api.get("/ben/history")["versionChanges"] == []
    service.store.close()


def test_a_tenant_without_a_score_has_an_empty_history(tmp_path, store_url):
    service = make_service(tmp_path, store_url, scorecard=MINING)
    service.app.tenant("ben", industry="Mining")
    service.night(MONDAY)
    api = open_api(service)
    for view in ("comparable", "reported"):
        history = api.get("/anna/history", view=view)
        assert (history["scores"], history["versionChanges"]) == ([], [])
    service.store.close()
