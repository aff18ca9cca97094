"""Days, windows and instants, in the zones and on the days where they are hard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_health.errors import UsageError
from client_health.instants import (
    closed_day,
    end_of_day,
    iso,
    last_midnight,
    parse_as_of,
    parse_date,
    start_of_day,
    utc_now,
    window_start,
)

ZONES = {name: ZoneInfo(name) for name in ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York")}
BERLIN, TOKYO = ZONES["Europe/Berlin"], ZONES["Asia/Tokyo"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("UTC", "2026-03-01T00:00"),
        ("Asia/Tokyo", "2026-02-28T15:00"),
        ("America/New_York", "2026-03-01T05:00"),
    ],
)
def test_a_day_starts_at_local_midnight(zone: str, start: str) -> None:
    assert start_of_day(date(2026, 3, 1), ZONES[zone]) == utc(start)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 1), 24)]
)
def test_a_day_on_which_the_clocks_change_has_23_or_25_hours(day: date, hours: int) -> None:
    assert end_of_day(day, BERLIN) - start_of_day(day, BERLIN) == timedelta(hours=hours)


def test_a_midnight_that_is_skipped_is_the_moment_of_the_jump() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    assert start_of_day(date(2026, 3, 29), beirut) == utc("2026-03-28T22:00")


@pytest.mark.parametrize(
    ("as_of", "zone", "day"),
    [
        ("2026-03-02T00:00", "UTC", date(2026, 3, 1)),
        ("2026-03-02T02:00", "UTC", date(2026, 3, 2)),
        ("2026-03-01T15:00", "Asia/Tokyo", date(2026, 3, 1)),
        ("2026-03-01T15:00:00.000001", "Asia/Tokyo", date(2026, 3, 2)),
        ("2026-03-29T22:00", "Europe/Berlin", date(2026, 3, 29)),
    ],
)
def test_the_score_date_is_the_day_that_the_instant_closes(as_of: str, zone: str, day: date) -> None:
    assert closed_day(utc(as_of), ZONES[zone]) == day


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.sampled_from(sorted(ZONES)))
def test_the_end_of_any_day_closes_that_day(day: date, zone: str) -> None:
    assert closed_day(end_of_day(day, ZONES[zone]), ZONES[zone]) == day
    assert closed_day(start_of_day(day, ZONES[zone]), ZONES[zone]) == day - timedelta(days=1)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(sorted(ZONES)),
)
def test_the_last_midnight_is_at_most_a_long_day_ago_and_never_ahead(now: datetime, zone: str) -> None:
    midnight = last_midnight(now, ZONES[zone])
    assert timedelta() <= now - midnight < timedelta(hours=25)
    assert midnight.astimezone(ZONES[zone]).hour == 0


def test_the_night_run_in_tokyo_closes_yesterday_there() -> None:
    at_two_in_tokyo = utc("2026-03-01T17:00")
    assert closed_day(last_midnight(at_two_in_tokyo, TOKYO), TOKYO) == date(2026, 3, 1)


def test_a_window_is_whole_days_of_24_hours_whatever_the_clocks_do() -> None:
    assert end_of_day(date(2026, 4, 10), BERLIN) - window_start(
        end_of_day(date(2026, 4, 10), BERLIN), 30
    ) == timedelta(hours=720)


@pytest.mark.parametrize(
    ("text", "zone", "meant"),
    [
        ("2026-03-01", "UTC", "2026-03-02T00:00"),
        ("2026-03-01", "Asia/Tokyo", "2026-03-01T15:00"),
        ("2026-03-01T02:00:00Z", "Asia/Tokyo", "2026-03-01T02:00"),
        ("2026-03-01T02:00:00", "Asia/Tokyo", "2026-02-28T17:00"),
        ("2026-03-01 02:00", "UTC", "2026-03-01T02:00"),
        ("2026-03-01T02:00:00+05:30", "UTC", "2026-02-28T20:30"),
    ],
)
def test_a_plain_date_means_its_end_and_an_instant_is_in_the_zone_unless_it_names_one(
    text: str, zone: str, meant: str
) -> None:
    assert parse_as_of(text, ZONES[zone]) == utc(meant)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-30", "2026-03-01T25:00"])
def test_what_is_no_date_and_no_instant_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError, match=r"--as-of: .* write ") as caught:
        parse_as_of(text, ZONES["UTC"])
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01T00:00:00+14:00"])
def test_a_date_beyond_the_calendar_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError, match="--as-of"):
        parse_as_of(text, ZONES["UTC"])


@pytest.mark.parametrize("text", ["2026-3-1", "20260301", "2026-02-29", "2026-03-01T00:00", "", "٢٠٢٦-٠٣-٠١"])
def test_a_bad_date_names_its_option(text: str) -> None:
    with pytest.raises(UsageError, match=r"--from: .* is not a date; write YYYY-MM-DD"):
        parse_date(text, "--from")


def test_a_good_date_is_read() -> None:
    assert parse_date("2028-02-29", "--from") == date(2028, 2, 29)


def test_an_instant_is_shown_in_utc() -> None:
    assert iso(datetime(2026, 3, 1, 11, tzinfo=TOKYO)) == "2026-03-01T02:00:00Z"
    assert iso(utc("2026-03-01T02:00:00.250000")) == "2026-03-01T02:00:00.250000Z"


def test_the_present_instant_is_in_utc() -> None:
    assert utc_now().tzinfo is UTC
