"""The endpoints that compare tenants."""

import json
from collections.abc import Iterator

import pytest

from client_health.store.schema import benchmarks
from tests.api.conftest import Api, assert_problem, open_api
from tests.benchmarks.cast import add, make_fleet
from tests.cast import MONDAY
from tests.conftest import DIALECTS, _fresh_database

MINERS = (2, 3, 4, 5, 6, 7, 9)  # of ten users; the first is the lowest of all, the last the highest


@pytest.fixture(scope="module", params=DIALECTS)
def peers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Seven miners, a shop, a tenant without attributes, and one that left. Only read it."""
    folder = tmp_path_factory.mktemp("peers")
    for url in _fresh_database(request, folder / "store.db"):
        service = make_fleet(folder, url)
        for number, active in enumerate(MINERS):
            industry = "MINING" if number == 3 else "Mining"
            add(service, f"m{number}", active, industry=industry, employees=300, days=number, tickets=number)
        add(service, "shop", 5, industry="Retail", segment="Key", employees=2500)
        add(service, "bare", 8)
        add(service, "gone", 5, industry="Mining")
        service.night(MONDAY.replace(day=1))
        service.app.forget("gone")
        service.night(MONDAY)
        yield open_api(service)
        service.store.close()


def measure(cohort, key="ratio:login"):
    return next(one for one in cohort["measures"] if one["key"] == key)


def labels(answer):
    return [one["label"] for one in answer["cohorts"]]


def test_a_tenant_is_compared_in_each_cohort_that_it_belongs_to(peers):
    answer = peers.get("/m2/benchmarks")
    assert {key: answer[key] for key in ("organizationId", "name", "benchmarkDate")} == {
        "organizationId": "m2",
        "name": "M2",
        "benchmarkDate": "2026-03-02",
    }
    assert labels(answer) == ["All tenants", "Mining", "101–500 employees", "Mining, 101–500 employees"]
    assert [(one["industry"], one["size"], one["segment"]) for one in answer["cohorts"]] == [
        (None, None, None),
        ("Mining", None, None),
        (None, "101-500", None),
        ("Mining", "101-500", None),
    ]
    assert [one["tenants"] for one in answer["cohorts"]] == [9, 7, 7, 7]
    assert measure(answer["cohorts"][1]) == {
        "key": "ratio:login",
        "name": "Login activity: active users of total users",
        "unit": "percent",
        "highIsGood": True,
        "value": 40,
        "percentile": 33,
        "p25": 35,
        "median": 55,
        "p75": 68,
        "mean": 53,
        "others": 6,
        "fewestOthers": 5,
        "tooFew": False,
    }


def test_a_measure_of_the_settings_is_told_by_its_name(peers):
    one = measure(peers.get("/m6/benchmarks")["cohorts"][0], "measure:days_to_close")
    told = [one[key] for key in ("name", "unit", "highIsGood", "value", "percentile", "others")]
    assert told == ["Days to close", "number", False, 6, 100, 6]


def test_too_few_peers_are_said_with_their_number_and_without_a_figure(peers):
    cohort = peers.get("/shop/benchmarks", segment="key")["cohorts"][0]
    assert (cohort["label"], cohort["tenants"]) == ("Segment Key", 1)
    one = measure(cohort)
    assert (one["tooFew"], one["others"], one["fewestOthers"], one["value"]) == (True, 0, 5, 50)
    assert {one[key] for key in ("p25", "median", "p75", "mean", "percentile")} == {None}


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ({"industry": "mining"}, "Mining"),
        ({"industry": " MINING ", "size": " ", "segment": ""}, "Mining"),
        ({"size": "101-500"}, "101–500 employees"),
        ({"size": "101–500"}, "101–500 employees"),
        ({"size": "2001+"}, "2,001+ employees"),
        ({"size": "2001 "}, "2,001+ employees"),
        ({"segment": "KEY"}, "Segment Key"),
        ({"industry": "mining", "size": "101-500"}, "Mining, 101–500 employees"),
        ({"industry": "Fishing"}, "Fishing"),
    ],
)
def test_one_cohort_may_be_asked_for(peers, asked, label):
    assert labels(peers.get("/bare/benchmarks", **asked)) == [label]
    assert labels(peers.get("/benchmarks", **asked)) == [label]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"segment": "Key", "size": "1-100"}, "allowed: industry, size, segment, industry and size"),
        ({"segment": "Key", "industry": "Mining"}, "industry and segment together"),
        ({"segment": "Key", "industry": "Mining", "size": "1-100"}, "industry and size and segment together"),
        ({"size": "11-50"}, "allowed: 1-100, 101-500, 501-2000, 2001+"),
        ({"industry": "a\0b"}, "no text holds a NUL character"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(peers, asked, said):
    for path in ("/m0/benchmarks", "/benchmarks"):
        assert said in assert_problem(peers.ask("GET", path, params=asked), 422)


def test_an_unknown_tenant_is_404_and_one_that_left_is_readable(peers):
    assert "nobody" in assert_problem(peers.ask("GET", "/nobody/benchmarks"), 404)
    answer = peers.get("/gone/benchmarks")
    assert labels(answer) == ["All tenants", "Mining"]
    one = measure(answer["cohorts"][1])
    assert (one["value"], one["percentile"], one["others"], one["median"]) == (None, None, 7, 50)


def test_the_fleet_is_told_over_all_tenants_of_a_cohort(peers):
    answer = peers.get("/benchmarks")
    assert answer["benchmarkDate"] == "2026-03-02"
    assert labels(answer) == [
        "All tenants",
        "Mining",
        "Retail",
        "101–500 employees",
        "2,001+ employees",
        "Segment Key",
        "Mining, 101–500 employees",
        "Retail, 2,001+ employees",
    ]
    mining, retail = (measure(one) for one in answer["cohorts"][1:3])
    assert (mining["tenants"], mining["median"], mining["tooFew"]) == (7, 50, False)
    assert (retail["tenants"], retail["median"], retail["fewestTenants"], retail["tooFew"]) == (
        1,
        None,
        5,
        True,
    )
    assert "value" not in mining


def test_no_answer_holds_what_the_lowest_or_the_highest_tenant_has(peers):
    for path in ("/benchmarks", "/m3/benchmarks"):
        answer = peers.get(path)
        for cohort in answer["cohorts"]:
            one = measure(cohort, "ratio:login")
            told = {one[key] for key in ("p25", "median", "p75", "mean") if one[key] is not None}
            assert not told & {min(MINERS) * 10, max(MINERS) * 10}
        words = json.dumps(answer).lower()
        assert not any(f'"{word}"' in words for word in ("min", "max", "minimum", "maximum", "histogram"))


def test_before_the_first_night_there_is_nothing_to_compare(tmp_path):
    service = make_fleet(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    add(service, "early")
    service.night(MONDAY)
    with service.store.write() as connection:
        connection.execute(benchmarks.delete())
    api = open_api(service)
    assert api.get("/early/benchmarks") == {
        "organizationId": "early",
        "name": "Early",
        "benchmarkDate": None,
        "cohorts": [],
    }
    assert api.get("/benchmarks") == {"benchmarkDate": None, "cohorts": []}
    service.store.close()
