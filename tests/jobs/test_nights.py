"""Which nights are due, over time zones, clock changes, downtime and failures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from client_health.instants import end_of_day
from client_health.jobs.nights import Night, fires, first_missed, next_fire, nights_due
from client_health.store.runs import Run

CRON = "0 2 * * *"
UTC_ZONE = ZoneInfo("UTC")
NEVER_STARTED = datetime(2020, 1, 1, tzinfo=UTC)


def run(day: date, status: str = "completed", zone: ZoneInfo = UTC_ZONE, **changes: object) -> Run:
    as_of = end_of_day(day, zone)
    blank = Run(
        "id", "all", "night", "schedule", None, [], day, as_of, {}, status, None, None, None, 0, {}, [], 1,
        None, None, False, as_of, None, as_of + timedelta(hours=2),
    )  # fmt: skip
    return replace(blank, **changes)


def due(
    now: datetime, runs: list[Run], cron: str = CRON, zone: ZoneInfo = UTC_ZONE, **options: object
) -> list[Night]:
    published = [one.score_date for one in runs if one.status == "completed"]
    return nights_due(cron, zone, now, runs, min(published, default=None), NEVER_STARTED, **options)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_nothing_is_due_before_the_schedule_fires():
    assert due(at("2026-03-03T01:59:00Z"), [run(date(2026, 3, 1))]) == []


def test_yesterday_is_due_once_the_schedule_has_fired_and_asks_present_state():
    assert due(at("2026-03-03T02:00:00Z"), [run(date(2026, 3, 1))]) == [Night(date(2026, 3, 2), past=False)]


def test_missed_nights_are_due_oldest_first_and_cannot_ask_present_state():
    nights = due(at("2026-03-05T09:00:00Z"), [run(date(2026, 3, 1))])
    assert nights == [
        Night(date(2026, 3, 2), past=True),
        Night(date(2026, 3, 3), past=True),
        Night(date(2026, 3, 4), past=False),
    ]


def test_at_most_seven_nights_are_made_up_for():
    nights = due(at("2026-03-31T09:00:00Z"), [run(date(2026, 3, 1))])
    assert [night.day.day for night in nights] == [24, 25, 26, 27, 28, 29, 30]


def test_no_night_before_the_first_published_run_is_due():
    nights = due(at("2026-03-05T09:00:00Z"), [run(date(2026, 3, 3))])
    assert [night.day.day for night in nights] == [4]


def test_before_anything_was_published_only_nights_that_fire_while_the_service_is_up_are_due():
    started = at("2026-03-05T09:00:00Z")
    before = nights_due(CRON, UTC_ZONE, at("2026-03-05T10:00:00Z"), [], None, started)
    after = nights_due(CRON, UTC_ZONE, at("2026-03-06T02:00:00Z"), [], None, started)
    assert (before, after) == ([], [Night(date(2026, 3, 5), past=False)])


def test_a_failed_night_is_due_again_an_hour_later():
    failed = run(date(2026, 3, 2), "failed", finished_at=at("2026-03-03T02:01:00Z"))
    runs = [run(date(2026, 3, 1)), failed]
    assert due(at("2026-03-03T03:00:00Z"), runs) == []
    assert due(at("2026-03-03T03:02:00Z"), runs) == [Night(date(2026, 3, 2), past=False)]


def test_an_open_night_is_not_due_again():
    for status in ("queued", "active"):
        assert due(at("2026-03-03T03:00:00Z"), [run(date(2026, 3, 1)), run(date(2026, 3, 2), status)]) == []


def test_a_provisional_batch_by_hand_does_not_swallow_the_night():
    by_hand = run(date(2026, 3, 2), as_of=at("2026-03-02T15:00:00Z"))
    assert due(at("2026-03-03T02:00:00Z"), [run(date(2026, 3, 1)), by_hand]) == [
        Night(date(2026, 3, 2), past=False)
    ]


def test_a_run_of_named_tenants_does_not_swallow_the_night():
    some = run(date(2026, 3, 2), kind="tenants")
    assert len(due(at("2026-03-03T02:00:00Z"), [run(date(2026, 3, 1)), some])) == 1


def test_a_schedule_that_is_off_never_fires():
    assert due(at("2026-03-03T09:00:00Z"), [run(date(2026, 3, 1))], cron="off") == []
    assert next_fire("off", UTC_ZONE, at("2026-03-03T09:00:00Z")) is None


def test_a_weekly_schedule_scores_the_day_before_it_fires():
    nights = due(at("2026-03-09T12:00:00Z"), [run(date(2026, 3, 1))], cron="0 2 * * 1")
    assert nights == [Night(date(2026, 3, 8), past=False)]


def test_a_schedule_that_fires_twice_a_day_gives_one_night():
    assert len(due(at("2026-03-03T23:00:00Z"), [run(date(2026, 3, 1))], cron="0 2,14 * * *")) == 1


def test_in_tokyo_the_night_belongs_to_the_local_day():
    tokyo = ZoneInfo("Asia/Tokyo")
    runs = [run(date(2026, 3, 1), zone=tokyo)]
    assert due(at("2026-03-02T16:59:00Z"), runs, zone=tokyo) == []
    assert due(at("2026-03-02T17:00:00Z"), runs, zone=tokyo) == [Night(date(2026, 3, 2), past=False)]


def test_a_time_that_the_clocks_skip_fires_at_the_jump():
    berlin = ZoneInfo("Europe/Berlin")
    found = list(fires("30 2 * * *", berlin, at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z")))
    assert found == [at("2026-03-29T01:30:00Z"), at("2026-03-30T00:30:00Z")]


def test_a_time_that_the_clocks_repeat_fires_once():
    berlin = ZoneInfo("Europe/Berlin")
    found = list(fires("30 2 * * *", berlin, at("2026-10-24T12:00:00Z"), at("2026-10-26T12:00:00Z")))
    assert found == [at("2026-10-25T00:30:00Z"), at("2026-10-26T01:30:00Z")]


def test_every_night_of_a_year_with_clock_changes_is_due_exactly_once():
    berlin = ZoneInfo("Europe/Berlin")
    runs = [run(date(2026, 1, 1), zone=berlin)]
    now = at("2026-01-02T00:00:00Z")
    while now < at("2027-01-02T00:00:00Z"):
        for night in due(now, runs[-9:], zone=berlin):
            assert not night.past
            runs.append(run(night.day, zone=berlin))
        now += timedelta(minutes=37)
    assert [one.score_date for one in runs] == [
        date(2026, 1, 1) + timedelta(days=n) for n in range(len(runs))
    ]
    assert len(runs) == 365


def test_a_night_is_missed_from_the_moment_that_it_should_have_run():
    scored = date(2026, 3, 1)
    assert first_missed(CRON, UTC_ZONE, scored, at("2026-03-03T01:59:59Z")) is None
    for now in ("2026-03-03T02:00:00Z", "2026-03-20T12:00:00Z"):
        assert first_missed(CRON, UTC_ZONE, scored, at(now)) == at("2026-03-03T02:00:00Z")


def test_a_schedule_at_midnight_or_once_a_week_misses_no_night_too_early():
    scored = date(2026, 3, 1)  # a Sunday
    assert first_missed("0 0 * * *", UTC_ZONE, scored, at("2026-03-03T00:00:00Z")) == at(
        "2026-03-03T00:00:00Z"
    )
    assert first_missed("0 2 * * 1", UTC_ZONE, scored, at("2026-03-08T12:00:00Z")) is None
    assert first_missed("0 2 * * 1", UTC_ZONE, scored, at("2026-03-09T02:00:00Z")) == at(
        "2026-03-09T02:00:00Z"
    )


def test_without_a_schedule_no_night_is_missed():
    assert first_missed("off", UTC_ZONE, date(2026, 3, 1), at("2026-03-20T12:00:00Z")) is None
