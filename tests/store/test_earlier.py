"""Looking back over gaps, and over fleets that are too large to be named in a statement."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from client_health.scorecard.components import ComponentScores
from client_health.store import current, earlier, scores
from client_health.store.engine import Store
from client_health.store.scores import ScoreRows
from client_health.store.tenants import NO_KEY
from client_health.store.usage import IN_LIST

DAY = date(2026, 3, 10)
CARD = 1


def days_before(count: int) -> date:
    return DAY - timedelta(days=count)


def scored(store: Store, day: date, figures: dict[int, float], card: int = CARD) -> None:
    """Write scores (NaN: none) of a date, as a run does."""
    keys, count = list(figures), len(figures)
    overall = np.array(list(figures.values()), dtype=np.float64)
    at = [datetime(day.year, day.month, day.day, tzinfo=UTC)] * count
    nothing, codes = np.full(count, np.nan), np.zeros(count, dtype=np.uint8)
    parts = ComponentScores(overall.reshape(1, -1).copy(), np.zeros((1, count), dtype=np.uint8))
    rows = ScoreRows(
        day=day,
        scorecard=card,
        tenants=np.array(keys, dtype=np.int64),
        components=parts,
        overall=overall,
        previous=nothing,
        baseline=nothing,
        baseline_days=[None] * count,
        trends=codes,
        risk_levels=codes,
        risk_reasons=codes,
        confidence=np.ones(count),
        as_of=at,
        calculated_at=at,
        reported=[True] * count,
    )
    with store.write() as connection:
        scores.write(connection, rows)
        current.follow(connection, rows)


def oldest(store: Store, keys: list[int], lookback: int = 7, card: int = CARD):
    with store.read() as connection:
        return earlier.oldest_within(connection, card, 1, keys, DAY, lookback)


def latest(store: Store, keys: list[int], card: int = CARD):
    with store.read() as connection:
        return [None if np.isnan(one) else one for one in earlier.latest_before(connection, card, keys, DAY)]


def plain(found) -> list[tuple[float | None, date | None]]:
    figures = [None if np.isnan(one) else one for one in found.overall.tolist()]
    assert found.known.tolist() == [one is not None for one in figures]
    return list(zip(figures, found.days, strict=True))


def test_the_oldest_is_taken_tenant_by_tenant_over_gaps(store):
    scored(store, days_before(9), {1: 10, 2: 10, 3: 10})
    scored(store, days_before(6), {1: 20, 3: float("nan")})
    scored(store, days_before(2), {1: 30, 2: 30, 3: 30})
    scored(store, DAY, {1: 99, 2: 99, 3: 99})
    assert plain(oldest(store, [1, 2, 3, 4])) == [
        (20, days_before(6)),
        (30, days_before(2)),
        (30, days_before(2)),  # a date without a score does not count
        (None, None),
    ]


@pytest.mark.parametrize(("age", "found"), [(6, True), (7, True), (8, False)])
def test_the_look_back_ends_after_its_days(store, age, found):
    scored(store, days_before(age), {1: 50})
    assert plain(oldest(store, [1])) == [(50, days_before(age)) if found else (None, None)]


def test_a_look_back_of_one_day_is_night_against_night(store):
    scored(store, days_before(2), {1: 20})
    scored(store, days_before(1), {1: 10})
    assert plain(oldest(store, [1], lookback=1)) == [(10, days_before(1))]


def test_the_latest_is_taken_however_old_it_is(store):
    scored(store, days_before(400), {1: 10, 2: 10})
    scored(store, days_before(30), {1: 20})
    scored(store, DAY, {1: 99, 2: 99})
    scored(store, DAY + timedelta(days=1), {1: 98})
    assert latest(store, [2, 1, 5]) == [10, 20, None]


def test_scores_of_another_scorecard_do_not_count(store):
    scored(store, days_before(3), {1: 10}, card=2)
    assert plain(oldest(store, [1])) == [(None, None)]
    assert latest(store, [1]) == [None]
    assert plain(oldest(store, [1], card=2)) == [(10, days_before(3))]


def test_tenants_that_the_store_does_not_know_have_no_past(store):
    scored(store, days_before(3), {1: 10})
    keys = [NO_KEY, 1, NO_KEY]
    expected = [(None, None), (10, days_before(3)), (None, None)]
    assert (plain(oldest(store, keys)), latest(store, keys)) == (expected, [None, 10, None])


def test_components_come_along_with_the_score(store):
    scored(store, days_before(3), {1: 10, 2: 70})
    found = oldest(store, [2, 9, 1])
    np.testing.assert_array_equal(found.components.scores, [[70, np.nan, 10]])
    np.testing.assert_array_equal(found.baseline.overall, [70, np.nan, 10])


def test_an_empty_store_and_an_empty_fleet_have_no_past(store):
    assert (plain(oldest(store, [1])), latest(store, [1])) == ([(None, None)], [None])
    scored(store, days_before(3), {1: 10})
    assert plain(oldest(store, [])) == latest(store, []) == []


def test_a_large_fleet_in_any_order_gets_its_own_scores(store):
    count = 2 * IN_LIST + 7
    assert count > 500
    keys = list(range(1, count + 1))
    scored(store, days_before(5), {key: key % 101 for key in keys if key % 3})
    scored(store, days_before(2), {key: (key + 7) % 101 for key in keys})
    shuffled = np.random.default_rng(5).permutation(keys).tolist()
    old, new = oldest(store, shuffled), latest(store, shuffled)
    assert plain(old) == [
        (key % 101, days_before(5)) if key % 3 else ((key + 7) % 101, days_before(2)) for key in shuffled
    ]
    assert new == [(key + 7) % 101 for key in shuffled]
