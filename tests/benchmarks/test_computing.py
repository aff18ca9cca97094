"""Benchmarks of runs: who is compared, with what, and when they are computed."""

from datetime import UTC, datetime, timedelta

import pytest

from client_health.benchmarks.computing import compute
from client_health.settings.model import BenchmarkSettings, ScorecardSettings
from client_health.store import benchmarks
from tests.benchmarks.cast import add, add_many, of_all, only, standing, told
from tests.cast import MONDAY, SCORECARD

DAY = timedelta(days=1)


def counts(service, day=MONDAY):
    """How many tenants each cohort compares by overall score, by its key."""
    with service.store.read() as connection:
        found = benchmarks.of_day(connection, day)
    return {"/".join(key): rows["overall"].tenants for key, rows in found.items()}


def test_a_tenant_stands_among_the_others_of_its_run(fleet):
    add_many(fleet, [2, 4, 6, 8, 10, 10, 10])
    fleet.night(MONDAY)
    found = told(fleet, "t003")
    (everyone,) = found.cohorts
    assert (found.day, everyone.title, everyone.tenants) == (MONDAY, "All tenants", 7)
    one = standing(everyone, "ratio:login")
    assert (one.value, one.peers, one.percentile) == (80, 6, 50)
    assert (one.figures.p25, one.figures.median, one.figures.p75, one.figures.mean) == (45, 80, 100, 70)


def test_a_perfect_score_that_half_of_the_fleet_has_is_not_the_100th_percentile(fleet):
    names = add_many(fleet, [10] * 6 + [5] * 6)
    fleet.night(MONDAY)
    perfect = [of_all(fleet, name) for name in names[:6]]
    assert {one.value for one in perfect} == {100}
    assert {one.percentile for one in perfect} == {77}  # 6 of 11 others below, 5 share it
    assert {of_all(fleet, name).percentile for name in names[6:]} == {23}


def test_scores_components_ratios_and_named_measures_are_compared(fleet):
    for number in range(6):
        add(fleet, f"t{number}", active=number, tickets=number, days=number + 0.5)
    fleet.night(MONDAY)
    shown = [
        (one.measure.key, one.measure.name, one.measure.unit, one.measure.high_is_good, one.value)
        for one in told(fleet, "t5").cohorts[0].standings
    ]
    assert shown == [
        ("overall", "Overall score", "points", True, 50),
        ("score:login", "Login activity", "points", True, 50),
        ("score:tickets", "Support tickets", "points", True, 50),
        ("ratio:login", "Login activity: active users of total users", "percent", True, 50),
        ("measure:days_to_close", "Days to close", "number", False, 6),
    ]


def test_nothing_to_measure_is_not_compared(fleet):
    add_many(fleet, [5] * 6, days=3.0)
    add(fleet, "empty", active=0, users=0)
    fleet.night(MONDAY)
    ratio, days = of_all(fleet, "empty", "ratio:login"), of_all(fleet, "empty", "measure:days_to_close")
    assert (ratio.value, ratio.percentile, ratio.peers, ratio.figures.mean) == (None, None, 6, 50)
    assert (days.value, days.percentile, days.peers, days.figures.mean) == (None, None, 6, 3)
    assert of_all(fleet, "t000", "ratio:login").peers == 5


def test_a_measure_beyond_whole_numbers_is_not_compared_and_a_large_one_is(fleet):
    add_many(fleet, [5] * 6, days=1e15)
    add(fleet, "vast", days=1e300)
    fleet.night(MONDAY)
    assert of_all(fleet, "vast", "measure:days_to_close").value is None
    assert of_all(fleet, "t000", "measure:days_to_close").figures.mean == 10**15


def test_industries_are_told_apart_by_their_letters_but_not_by_their_case(fleet):
    for number, industry in enumerate(
        ["Retail", "RETAIL", "retail", "Retail", "Straße", "STRASSE", "Retailer"]
    ):
        add(fleet, f"t{number}", industry=industry)
    fleet.night(MONDAY)
    assert counts(fleet) == {"//": 7, "retail//": 4, "strasse//": 2, "retailer//": 1}
    assert [one.title for one in told(fleet, "t1").cohorts] == ["All tenants", "Retail"]


def test_sizes_begin_and_end_where_the_bands_do(fleet):
    for employees in (None, 0, 1, 100, 101, 500, 501, 2000, 2001, "about 50", "1,200", "120-300"):
        add(fleet, f"with {employees}", employees=employees)
    fleet.night(MONDAY)
    assert counts(fleet) == {"//": 12, "/1-100/": 2, "/101-500/": 3, "/501-2000/": 3, "/2001+/": 1}


def test_a_tenant_without_attributes_is_only_among_all(fleet):
    add_many(fleet, [5, 6], industry="Mining", segment="Key", employees=50)
    add(fleet, "bare")
    fleet.night(MONDAY)
    assert counts(fleet) == {"//": 3, "mining//": 2, "/1-100/": 2, "//key": 2, "mining/1-100/": 2}
    assert [one.title for one in told(fleet, "bare").cohorts] == ["All tenants"]
    titles = [one.title for one in told(fleet, "t000").cohorts]
    assert titles == ["All tenants", "Mining", "1–100 employees", "Segment Key", "Mining, 1–100 employees"]


def test_the_tenant_is_not_its_own_peer(fleet):
    add_many(fleet, [1, 2, 3, 4, 5])
    fleet.night(MONDAY)
    alone = of_all(fleet, "t000")
    assert (alone.peers, alone.figures, alone.percentile) == (4, None, None)
    assert alone.value is not None
    add(fleet, "t005", active=6)
    fleet.night(MONDAY)
    assert (of_all(fleet, "t000").peers, of_all(fleet, "t000").percentile) == (5, 0)


def test_a_second_run_of_the_same_date_replaces_the_first(fleet):
    add_many(fleet, [2] * 6, industry="Mining")
    fleet.night(MONDAY)
    add_many(fleet, [4] * 6, industry="Retail")
    fleet.night(MONDAY)
    assert counts(fleet) == {"//": 6, "retail//": 6}
    assert of_all(fleet, "t000", "ratio:login").figures.mean == 40


def test_an_inactive_tenant_is_nobodys_peer_and_has_peers_of_its_own(fleet):
    add_many(fleet, [2, 4, 6, 8, 10, 10], industry="Mining")
    fleet.night(MONDAY)
    fleet.app.forget("t005")
    fleet.night(MONDAY + DAY)
    assert of_all(fleet, "t000").peers == 4
    gone = told(fleet, "t005")
    assert [one.title for one in gone.cohorts] == ["All tenants", "Mining"]
    one = standing(gone.cohorts[1], "ratio:login")
    assert (one.value, one.percentile, one.peers, one.figures.median) == (None, None, 5, 60)


def test_scores_older_than_the_scorecard_allows_are_left_out(fleet):
    add_many(fleet, [2, 4, 6, 8, 10, 10])
    fleet.night(MONDAY)
    for age, tenants in ((3, 6), (4, 5)):
        as_of = datetime(2026, 3, 3, tzinfo=UTC) + age * DAY
        fleet.tenant_at(as_of, "t000", "t001", "t002", "t003", "t004")
        with fleet.store.write() as connection:
            compute(connection, BenchmarkSettings(), MONDAY + age * DAY)
        assert counts(fleet, MONDAY + age * DAY) == {"//": tenants}
    assert of_all(fleet, "t005").value is None


def test_a_score_asked_for_since_does_not_take_a_tenant_out_of_the_night(fleet):
    add_many(fleet, [5] * 6)
    fleet.night(MONDAY - DAY)
    add(fleet, "t000", active=1)
    fleet.tenant_at(datetime(2026, 3, 3, 1, tzinfo=UTC), "t000")  # after the night that is still to come
    add(fleet, "t000", active=5)
    fleet.night(MONDAY)
    assert of_all(fleet, "t000", "ratio:login").value == 50
    assert of_all(fleet, "t000").peers == 5


def test_what_changes_after_the_night_does_not_change_who_was_compared(fleet):
    add_many(fleet, [2, 4, 6, 8, 10, 10], industry="Mining")
    fleet.night(MONDAY)
    add(fleet, "t000", active=10, industry="Retail")
    fleet.tenant_at(datetime(2026, 3, 2, 23, tzinfo=UTC), "t000")
    assert fleet.score("t000").industry == "Retail"
    found = told(fleet, "t000")
    assert [one.title for one in found.cohorts] == ["All tenants", "Mining"]
    one = standing(found.cohorts[1], "ratio:login")
    assert (one.value, one.percentile, one.peers, one.figures.p25) == (20, 0, 5, 60)


def test_a_run_of_named_tenants_or_of_a_past_date_computes_nothing(fleet):
    add_many(fleet, [5] * 6)
    fleet.tenant_at(datetime(2026, 3, 3, tzinfo=UTC), "t000")
    assert told(fleet, "t000").day is None
    fleet.night(MONDAY)
    fleet.night(MONDAY - DAY)
    assert counts(fleet, MONDAY - DAY) == {}
    assert (told(fleet, "t000").day, of_all(fleet, "t000").peers) == (MONDAY, 5)


def test_a_source_that_is_down_leaves_out_what_is_missing_and_keeps_what_stands_in(fleet):
    add_many(fleet, [5] * 6, tickets=2)
    fleet.night(MONDAY)
    fleet.app.break_table("tickets")
    fleet.night(MONDAY + DAY)
    assert of_all(fleet, "t000", "score:tickets").value == 80
    for number in range(2, 6):
        fleet.night(MONDAY + number * DAY)
    found = told(fleet, "t000")
    assert found.day == MONDAY + 5 * DAY
    assert [one.measure.key for one in found.cohorts[0].standings] == [
        "overall",
        "score:login",
        "ratio:login",
    ]


def test_tenants_of_several_scorecards_are_compared_by_the_keys_of_components(fleet):
    key = SCORECARD.replace('"small"', '"key"').replace('key = "tickets"', 'key = "calls"')
    (fleet.folder / "key.toml").write_text(key + '[applies_to]\nsegment = ["key"]\n')
    listed = ScorecardSettings(files=("key.toml", "scorecard.toml"))
    path = fleet.settings.path
    fleet.settings = fleet.settings.model_copy(update={"scorecard": listed})
    fleet.settings._path = path
    add_many(fleet, [2, 4, 6, 8, 10], tickets=1)
    add(fleet, "key", active=5, segment="Key", tickets=4)
    fleet.night(MONDAY)
    login, calls, tickets = (of_all(fleet, "key", f"score:{one}") for one in ("login", "calls", "tickets"))
    assert (login.value, login.peers, login.percentile) == (50, 5, 40)
    assert (calls.value, calls.peers, calls.figures) == (60, 0, None)
    assert (tickets.value, tickets.peers, tickets.figures.mean) == (None, 5, 90)


def test_each_date_keeps_its_benchmarks(fleet):
    add_many(fleet, [5] * 6)
    fleet.nights(MONDAY, 3)
    assert [counts(fleet, MONDAY + number * DAY) for number in range(3)] == [{"//": 6}] * 3


def test_a_cohort_that_is_asked_for_is_compared_though_the_tenant_is_elsewhere(fleet):
    add_many(fleet, [2, 4, 6, 8, 10], industry="Mining", employees=50)
    add(fleet, "stranger", active=5, industry="Retail", employees=5000)
    fleet.night(MONDAY)
    mining = only(told(fleet, "stranger", industry="MINING", size="1-100"))
    one = standing(mining, "ratio:login")
    assert (mining.title, one.value, one.peers, one.percentile) == ("Mining, 1–100 employees", 50, 5, 40)


@pytest.mark.parametrize("tenant", [None, "t000"])
def test_a_cohort_in_which_nobody_is_has_no_peers(fleet, tenant):
    add_many(fleet, [5] * 6)
    fleet.night(MONDAY)
    nobody = only(told(fleet, tenant, industry="Fishing"))
    assert (nobody.title, nobody.tenants) == ("Fishing", 0)
    assert {(one.peers, one.figures, one.percentile) for one in nobody.standings} == {(0, None, None)}


def test_the_fleet_is_told_by_cohort_and_nothing_of_fewer_than_five(fleet):
    add_many(fleet, [2, 4, 6, 8, 10], industry="Mining")
    add(fleet, "lone", active=7, industry="Retail", segment="Key")
    fleet.night(MONDAY)
    found = told(fleet, None)
    assert [one.title for one in found.cohorts] == ["All tenants", "Mining", "Retail", "Segment Key"]
    mining, retail = (standing(one, "ratio:login") for one in found.cohorts[1:3])
    assert (mining.peers, mining.figures.median, mining.value) == (5, 60, None)
    assert (retail.peers, retail.figures) == (1, None)
