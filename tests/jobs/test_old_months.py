"""Which dates go and which stay."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_health.jobs.old_months import OldMonth, is_rolled_up, old_months
from client_health.settings.retention import RetentionSettings

NEWEST = date(2026, 3, 10)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def rules(daily_days: int = 31, months: int = 0) -> RetentionSettings:
    return RetentionSettings(daily_days=daily_days, months=months)


def kept(stored: list[date], settings: RetentionSettings, whole=(), lookback: int = 0) -> list[date]:
    gone = {day for month in old_months(stored, whole, settings, lookback) for day in month.dropped}
    return [day for day in stored if day not in gone]


def test_of_a_month_that_is_old_as_a_whole_the_last_date_stays():
    stored = days(date(2026, 1, 1), NEWEST)
    (january,) = old_months(stored, (), rules())
    assert january == OldMonth(
        date(2026, 1, 1), date(2026, 1, 31), tuple(days(date(2026, 1, 1), date(2026, 1, 30)))
    )


@pytest.mark.parametrize(
    ("daily_days", "stays"),
    [(37, False), (38, True)],  # 1 February is the 38th day back, counted from 10 March
)
def test_a_month_stays_as_it_is_until_its_last_date_is_old_enough(daily_days, stays):
    stored = days(date(2026, 1, 1), NEWEST)
    assert (kept(stored, rules(daily_days + 1)) == stored) is stays


def test_a_month_without_its_last_day_keeps_the_last_date_that_it_has():
    stored = [date(2026, 1, 5), date(2026, 1, 28), NEWEST]
    assert kept(stored, rules()) == [date(2026, 1, 28), NEWEST]


def test_a_date_of_the_whole_fleet_stays_rather_than_a_later_one_of_single_tenants():
    stored = [date(2026, 1, 29), date(2026, 1, 30), date(2026, 1, 31), NEWEST]
    assert kept(stored, rules(), whole={date(2026, 1, 29), date(2026, 1, 30)}) == [date(2026, 1, 30), NEWEST]


def test_what_was_rolled_up_is_not_rolled_up_again():
    assert old_months([date(2025, 12, 31), date(2026, 1, 31), NEWEST], (), rules()) == []


def test_last_dates_go_after_their_months():
    stored = [date(2025, month, 28) for month in range(1, 13)] + [NEWEST]
    assert kept(stored, rules(months=6)) == [date(2025, month, 28) for month in range(9, 13)] + [NEWEST]
    assert kept(stored, rules()) == stored


def test_the_trend_keeps_what_it_looks_back_on():
    stored = days(date(2026, 1, 1), NEWEST)
    assert kept(stored, rules(), lookback=70) == stored


def test_time_is_counted_from_the_latest_date_and_nothing_stored_is_no_problem():
    assert old_months(days(date(2020, 1, 1), date(2020, 1, 31)), (), rules()) == []
    assert old_months([], (), rules()) == []


@given(st.sets(st.dates(date(2020, 1, 1), NEWEST), min_size=1), st.integers(31, 800), st.integers(0, 40))
def test_recent_dates_and_the_newest_always_stay_and_once_is_enough(stored, daily_days, months):
    settings = rules(daily_days, months)
    stays = kept(sorted(stored), settings)
    newest = max(stored)
    assert newest in stays
    assert {day for day in stored if day > newest - timedelta(days=daily_days)} <= set(stays)
    assert old_months(stays, (), settings) == []
    if not months:
        assert {(day.year, day.month) for day in stays} == {(day.year, day.month) for day in stored}


def test_a_date_that_would_go_is_known_beforehand():
    told = [
        is_rolled_up(day, NEWEST, rules(38))
        for day in (date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1))
    ]
    assert told == [True, False, False]
