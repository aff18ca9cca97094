"""A replay tells what the nights told: the same usage under the same scorecards gives the same scores."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from client_health.replay.walk import ReplayedGroup, Walk
from client_health.scorecard.sets import ScorecardSet
from client_health.store import scorecard_sets, scores, tenants, usage_days
from client_health.store.scorecard_sets import PublishedSet
from client_health.store.scores import ScoreRows
from tests.cast import MONDAY, Service
from tests.replay.cast import Past, make_segmented

LATER = date(2027, 1, 1)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_segmented(tmp_path, store_url)
    yield service
    service.store.close()


def in_force(service: Service) -> PublishedSet:
    with service.store.read() as connection:
        found = scorecard_sets.in_force(connection)
    assert found is not None
    return found


def replayed(service: Service, cards: ScorecardSet, first: date = MONDAY) -> dict[date, list[ReplayedGroup]]:
    """What a walk from `first` on tells of each stored date."""
    told = {}
    with service.store.read() as connection:
        walk = Walk(cards, tenants.columns(connection))
        for day in scores.days_scored_at_all(connection, first, LATER):
            told[day] = walk.step(usage_days.read_day(connection, day))
    return told


def stored(service: Service, published: PublishedSet, group: ReplayedGroup, day: date) -> ScoreRows:
    """What the nights told of the same date under the same scorecard."""
    version = published.versions[group.scorecard]
    with service.store.read() as connection:
        return scores.read_day(connection, day, version.id, len(version.scorecard.components))


def assert_same_scores(group: ReplayedGroup, rows: ScoreRows) -> None:
    fleet = group.fleet
    np.testing.assert_array_equal(group.tenants, rows.tenants)
    np.testing.assert_array_equal(fleet.components.scores, rows.components.scores)
    np.testing.assert_array_equal(fleet.components.states, rows.components.states)
    np.testing.assert_array_equal(fleet.overall, rows.overall)
    np.testing.assert_array_equal(fleet.confidence, rows.confidence)
    assert_same_trends(group, rows)


def assert_same_trends(group: ReplayedGroup, rows: ScoreRows) -> None:
    np.testing.assert_array_equal(group.baseline.overall, rows.baseline)
    assert list(group.baseline_days) == list(rows.baseline_days)
    for name in ("trends", "risk_levels", "risk_reasons"):
        np.testing.assert_array_equal(getattr(group.fleet, name), getattr(rows, name))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_walk_over_stored_usage_tells_what_the_nights_told(service, seed):
    nights = Past(service, seed).live(30)
    published = in_force(service)
    told = replayed(service, published.cards)
    assert set(nights) <= set(told)
    for day, groups in told.items():
        for group in groups:
            rows = stored(service, published, group, day)
            assert_same_scores(group, rows)
            np.testing.assert_array_equal(group.previous, rows.previous)
    found = [group for groups in told.values() for group in groups]
    assert {group.scorecard for group in found} == {0, 1}
    assert len({level for group in found for level in group.fleet.risk_levels.tolist()}) == 4
    assert len({trend for group in found for trend in group.fleet.trends.tolist()}) == 3
    assert any(group.fleet.components.stale.any() for group in found)
    assert any(np.isnan(group.fleet.overall).any() for group in found)


def test_a_walk_that_begins_one_look_back_earlier_tells_the_same_trends(service):
    Past(service, 4).live(25)
    published, first = in_force(service), MONDAY + timedelta(days=12)
    with service.store.read() as connection:
        warm_up = Walk(published.cards, tenants.columns(connection)).longest_lookback
    assert warm_up == timedelta(days=7)
    told = replayed(service, published.cards, first - warm_up)
    wanted = [day for day in told if day >= first]
    assert len(wanted) > 5
    for day in wanted:
        for group in told[day]:
            assert_same_trends(group, stored(service, published, group, day))


def test_each_tenant_stands_in_the_group_of_its_own_scorecard(service):
    Past(service, 5).live(3)
    published = in_force(service)
    for day, groups in replayed(service, published.cards).items():
        with service.store.read() as connection:
            usage, fleet = usage_days.read_day(connection, day), tenants.columns(connection)
        assigned = dict(zip(fleet.keys.tolist(), published.cards.assign(fleet.attributes), strict=True))
        for group in groups:
            np.testing.assert_array_equal(usage.tenants[group.places], group.tenants)
            assert {assigned[tenant] for tenant in group.tenants.tolist()} == {group.scorecard}
        assert sorted(key for group in groups for key in group.tenants.tolist()) == usage.tenants.tolist()


def test_tenants_that_no_scorecard_is_for_are_walked_past(service):
    Past(service, 6).live(2)
    mining = ScorecardSet(in_force(service).cards.scorecards[:1])
    whole, alone = replayed(service, in_force(service).cards), replayed(service, mining)
    assert list(whole) == list(alone) != []
    for day, groups in whole.items():
        of_mining = [group.tenants.tolist() for group in groups if group.scorecard == 0]
        assert [group.tenants.tolist() for group in alone[day]] == of_mining
