"""What a draft would change, replayed from stored usage without touching anything."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.errors import ConflictError
from client_health.replay.preview import preview
from client_health.replay.results import Moved, Preview
from client_health.scorecard.sets import ScorecardSet
from client_health.store import portfolio
from client_health.store.portfolio import Filters
from client_health.store.schema import health_scores
from tests.cast import MONDAY, SCORECARD, Service, make_service
from tests.jobs.fleets import contents
from tests.jobs.publishing import OTHER, in_force, publish
from tests.replay.cast import MINING, Past, make_segmented, set_of

DAY = timedelta(days=1)
SWAPPED = SCORECARD.replace("weight = 0.6", "weight = 0.1").replace("weight = 0.4", "weight = 0.9")


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """Anna complains, Ben does not log in, Carla does neither well, Dora is fine."""
    service = make_service(tmp_path, store_url)
    service.app.tenant("anna", active=10, tickets=9)
    service.app.tenant("ben", active=1, tickets=0)
    service.app.tenant("carla", active=4, tickets=6)
    service.night(MONDAY)
    yield service
    service.store.close()


def previewed(service: Service, draft: ScorecardSet, days: int = 90) -> Preview:
    with service.store.read() as connection:
        return preview(connection, in_force(service).cards, draft, days)


def stored(service: Service) -> tuple[list[int], dict[str, int], int]:
    """Bars of ten points, levels and tenants without a score on the latest date, from what is stored."""
    with service.store.read() as connection:
        newest = sa.select(sa.func.max(health_scores.c.day)).scalar_subquery()
        query = sa.select(health_scores.c.overall, health_scores.c.risk_level)
        versions = [version.id for version in in_force(service).versions]
        query = query.where(health_scores.c.day == newest, health_scores.c.scorecard.in_(versions))
        rows = connection.execute(query).all()
    bars, levels = [0] * 10, dict.fromkeys(("UNKNOWN", "HIGH", "MEDIUM", "LOW"), 0)
    for row in rows:
        levels[row.risk_level] += 1
        if row.overall is not None:
            bars[min(row.overall // 10, 9)] += 1
    return bars, levels, sum(row.overall is None for row in rows)


def of(moved: tuple[Moved, ...], name: str) -> Moved:
    (found,) = [one for one in moved if one.tenant_id == name]
    return found


@pytest.mark.parametrize("seed", [31, 32])
def test_under_the_same_scorecards_it_tells_what_is_stored(tmp_path, store_url, seed):
    service = make_segmented(tmp_path, store_url)
    Past(service, seed).live(12)
    service.night(MONDAY + 12 * DAY, accept=True)
    told = previewed(service, in_force(service).cards)
    bars, levels, without = stored(service)
    for side in (told.before, told.after):
        assert (list(side.histogram), side.levels, side.without_score) == (bars, levels, without)
    assert (told.level_changes, told.movers) == ((), ())
    assert all(week.before == week.after for week in told.weeks)
    assert told.last == MONDAY + 12 * DAY
    service.store.close()


def test_both_sides_of_another_scorecard_are_what_would_be_stored_under_it(service, tmp_path):
    draft = set_of(tmp_path, SWAPPED)
    told = previewed(service, draft)
    before = stored(service)
    publish(service, draft)
    assert (list(told.before.histogram), told.before.levels, told.before.without_score) == before
    assert (list(told.after.histogram), told.after.levels, told.after.without_score) == stored(service)
    assert (told.before.median, told.after.median) == (55, 66)  # of 40, 46, 64, 100 and of 19, 40, 91, 100


def test_changes_of_the_risk_level_are_named_in_both_directions(service, tmp_path):
    told = previewed(service, set_of(tmp_path, SWAPPED))
    changes = [
        (one.tenant_id, one.level_from, one.level_to, one.score_from, one.score_to)
        for one in told.level_changes
    ]
    assert changes == [("anna", "MEDIUM", "HIGH", 64, 19), ("ben", "MEDIUM", "LOW", 46, 91)]
    assert [(one.tenant_id, one.change) for one in told.movers] == [("anna", -45), ("ben", 45)]
    assert {one.name for one in told.movers} == {"Anna", "Ben"}


def points(reason: str) -> float:
    """The points that a sentence ends with."""
    return float(reason.rsplit(": ", 1)[1].removesuffix(" points").replace("−", "-"))


def test_a_mover_is_told_the_components_that_move_it(service, tmp_path):
    anna = of(previewed(service, set_of(tmp_path, SWAPPED)).movers, "anna")
    login, tickets = anna.reasons
    assert login.startswith("Login activity weighs 60% → 10%, score 100: −")
    assert tickets.startswith("Support tickets weighs 40% → 90%, score 10: −")
    assert points(login) + points(tickets) == pytest.approx(anna.change, abs=0.11)
    steeper = SCORECARD.replace("[10, 0]]", "[18, 0]]")
    assert of(previewed(service, set_of(tmp_path, steeper)).movers, "anna").reasons == (
        "Support tickets, score 10 → 50: +16.0 points",
    )


def test_movers_are_all_who_move_the_largest_first_and_the_reasons_sum_to_the_change(tmp_path, store_url):
    service = make_segmented(tmp_path, store_url)
    Past(service, 33).live(6)
    service.night(MONDAY + 6 * DAY, accept=True)
    cards = set_of(tmp_path, MINING.replace("[[0, 10], [0.3, 70], [1, 90]]", "[[0, 0], [1, 100]]"), OTHER)
    told = previewed(service, cards)
    with service.store.read() as connection:
        before = {row.tenant_id: row.overall for row in portfolio.page(connection, Filters()).rows}
    publish(service, cards)
    after = {name: service.score(name).overall for name in before}
    moved = {one.tenant_id: (one.score_from, one.score_to) for one in told.movers}
    assert moved == {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert len(moved) > 4
    sizes = [abs(one.change) for one in told.movers]
    assert sizes == sorted(sizes, reverse=True)
    for one in told.movers:
        assert sum(map(points, one.reasons)) == pytest.approx(one.change, abs=1.15)  # both scores are rounded
    service.store.close()


def test_a_component_that_comes_or_goes_is_told_as_left_out_on_the_other_side(service, tmp_path):
    start, rest = SCORECARD.split('[[components]]\nkey = "tickets"')
    alone = (start + "[risk]" + rest.split("[risk]")[1]).replace("weight = 0.6", "weight = 1.0")
    anna = of(previewed(service, set_of(tmp_path, alone)).movers, "anna")
    tickets, login = anna.reasons
    assert login.startswith("Login activity weighs 60% → 100%, score 100: +")
    assert tickets.startswith("Support tickets weighs 40% → 0%, score 10 → left out: +")
    assert points(login) + points(tickets) == pytest.approx(anna.change, abs=0.11)


def test_weeks_count_who_was_high_on_some_day_and_who_would_have_been(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    for number, active in enumerate((0, 10, 10, 10, 10, 10, 10, 10, 1)):
        service.app.tenant("anna", active=active)
        service.app.tenant("ben", tickets=10 if number == 7 else 0)
        service.night(MONDAY + number * DAY)
    told = previewed(service, set_of(tmp_path, SWAPPED.replace("high_when_not_alive = true", "")))
    assert [(week.monday, week.before, week.after) for week in told.weeks] == [
        (MONDAY, 1, 0),
        (MONDAY + 7 * DAY, 1, 1),
    ]
    service.store.close()


@pytest.mark.parametrize(("days", "found"), [(1, 1), (2, 1), (3, 2), (90, 3)])
def test_only_the_days_that_were_asked_for_are_counted(service, tmp_path, days, found):
    for number in (8, 10):
        service.night(MONDAY + number * DAY)
    told = previewed(service, set_of(tmp_path, OTHER), days)
    last = MONDAY + 10 * DAY
    assert (told.first, told.last, told.days) == (last - (days - 1) * DAY, last, found)
    assert len(told.weeks) == (1 if days < 90 else 2)


def test_trends_are_told_from_days_before_those_that_were_asked_for(service, tmp_path):
    service.app.tenant("dora", active=5)
    service.night(MONDAY + 4 * DAY)
    told = previewed(service, in_force(service).cards, days=1)
    assert (service.score("dora").trend, told.days) == ("DECLINING", 1)
    assert told.before.levels == stored(service)[1] == told.after.levels


def test_tenants_that_no_scorecard_would_be_for_have_no_score_any_more(service, tmp_path):
    service.app.tenant("ben", active=1, industry="Mining")
    service.night(MONDAY)
    told = previewed(service, set_of(tmp_path, MINING))
    assert (told.tenants, told.after.without_score, told.after.levels["UNKNOWN"]) == (4, 3, 3)
    gone = of(told.level_changes, "dora")
    assert (gone.score_from, gone.score_to, gone.level_to, gone.change) == (100, None, "UNKNOWN", -100)
    assert gone.reasons[0] == "Login activity weighs 60% → 0%, score 100 → left out: −60.0 points"


def test_a_fleet_without_any_score_has_no_median(service, tmp_path):
    nobody = MINING.replace("Mining", "Nothing")
    told = previewed(service, set_of(tmp_path, nobody))
    assert (told.after.median, sum(told.after.histogram), told.after.without_score) == (None, 0, 4)


def test_a_tenant_that_somebody_recalculated_since_the_night_is_not_taken_for_the_fleet(service, tmp_path):
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "dora")
    told = previewed(service, set_of(tmp_path, SWAPPED))
    assert (told.last, told.tenants, len(told.movers)) == (MONDAY, 4, 2)


def test_nothing_is_written_and_no_source_is_asked(service, tmp_path):
    before = contents(service)
    service.app.path.unlink()
    previewed(service, set_of(tmp_path, SWAPPED))
    assert contents(service) == before
    assert not service.app.path.exists()


def test_progress_runs_from_nothing_to_all_days(service, tmp_path):
    service.nights(MONDAY + DAY, 2)
    told = []
    with service.store.read() as connection:
        draft = set_of(tmp_path, OTHER)
        preview(connection, draft, draft, 90, lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_before_anything_is_scored_there_is_nothing_to_replay(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    cards = set_of(tmp_path, SCORECARD)
    with service.store.read() as connection, pytest.raises(ConflictError, match="nothing is scored yet"):
        preview(connection, cards, cards)
    service.store.close()
