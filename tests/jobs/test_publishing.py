"""Publishing another scorecard: every stored date is scored under it, then it is in force in one step."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from client_health.errors import ConflictError, StaleVersionError
from client_health.jobs import requests, rescoring
from client_health.store import portfolio, scorecard_sets
from client_health.store.schema import health_scores, usage_metrics
from tests.cast import MONDAY, SCORECARD, TESTER, Service, make_service
from tests.jobs.publishing import (
    OTHER,
    ask,
    cancel,
    current,
    dates,
    in_force,
    publish,
    reported,
    rows,
    told,
    work,
)
from tests.replay.cast import MINING, Past, make_segmented, set_of

NEXT = timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


@pytest.fixture
def segmented(tmp_path, store_url) -> Iterator[Service]:
    service = make_segmented(tmp_path, store_url)
    yield service
    service.store.close()


def from_the_start(folder, seed: int, days: int, *texts: str) -> Service:
    """A second service that lived the same days under other scorecards."""
    folder.mkdir()
    service = make_segmented(folder, f"sqlite:///{folder / 'store.db'}")
    for name, text in zip(("mining.toml", "scorecard.toml"), texts, strict=True):
        (folder / name).write_text(text, "utf-8")
    Past(service, seed).live(days)
    return service


@pytest.mark.parametrize("seed", [11, 12])
def test_afterwards_every_date_reads_as_if_the_new_scorecards_had_been_there_from_the_start(
    segmented, tmp_path, seed
):
    mining = MINING.replace("[[0, 10], [0.3, 70], [1, 90]]", "[[0, 0], [0.5, 100]]").replace(
        "improving_above = 2", "improving_above = 9"
    )
    Past(segmented, seed).live(25)
    before = told(segmented)
    published = publish(segmented, set_of(tmp_path, mining, OTHER))
    second = from_the_start(tmp_path / "second", seed, 25, mining, OTHER)
    expected = told(second)
    assert told(segmented, health_scores, *(version.id for version in published.versions)) == expected
    assert current(segmented) == current(second)
    assert set(expected) == set(before)
    assert expected != before
    second.store.close()


def test_the_rows_of_before_stay_byte_for_byte(segmented, tmp_path):
    Past(segmented, 13).live(12)
    old = [version.id for version in in_force(segmented).versions]
    scores, usage = rows(segmented, health_scores), rows(segmented, usage_metrics)
    publish(segmented, set_of(tmp_path, MINING.replace("0.3, 70", "0.3, 71"), OTHER))
    assert rows(segmented, health_scores, health_scores.c.scorecard.in_(old)) == scores
    assert rows(segmented, usage_metrics) == usage
    assert len(rows(segmented, health_scores)) == 2 * len(scores)


def test_what_was_first_told_stays_so_and_later_nights_are_first_told_by_the_new_version(service, tmp_path):
    service.nights(MONDAY, 3)
    first = in_force(service).versions[0].id
    second = publish(service, set_of(tmp_path, OTHER)).versions[0].id
    assert set(reported(service).values()) == {first}
    service.nights(MONDAY + 2 * NEXT, 2)
    found = reported(service)
    assert {day: version for (_, day), version in found.items()} == {
        MONDAY: first,
        MONDAY + NEXT: first,
        MONDAY + 2 * NEXT: first,
        MONDAY + 3 * NEXT: second,
    }
    assert dates(service, first) == [MONDAY + number * NEXT for number in range(3)]
    assert dates(service, second) == [MONDAY + number * NEXT for number in range(4)]


def test_the_run_says_what_it_did(service, tmp_path):
    service.nights(MONDAY, 3)
    done = work(service, ask(service, set_of(tmp_path, OTHER), note="tickets matter"))
    assert (done.kind, done.trigger, done.progress, done.attempt) == ("rescore", "request", 100, 1)
    assert (done.counts["days"], done.counts["scores_written"], done.counts["tenants"]) == (3, 12, 4)
    published = in_force(service)
    assert (published.note, published.published_by, published.label) == ("tickets matter", "test", "small v2")
    assert published.in_force_at == service.clock()


def test_going_back_is_the_old_version_again_and_fills_the_dates_that_it_lacks(service, tmp_path):
    service.nights(MONDAY, 2)
    back = in_force(service)
    old = rows(service, health_scores)
    publish(service, set_of(tmp_path, OTHER))
    service.app.tenant("anna", active=4, tickets=3)
    service.nights(MONDAY + 2 * NEXT, 2)
    done = work(service, ask(service, set_of(tmp_path, SCORECARD)))
    now = in_force(service)
    assert (now.versions, now.id > back.id, done.counts["scores_written"]) == (back.versions, True, 8)
    assert dates(service, back.versions[0].id) == [MONDAY + number * NEXT for number in range(4)]
    assert set(old) < set(rows(service, health_scores))
    anna = service.score("anna")
    assert (anna.overall, anna.scorecard, anna.trend, anna.baseline_score) == (
        52,
        back.versions[0].id,
        "DECLINING",
        100,
    )
    with service.store.read() as connection:
        assert len(scorecard_sets.all_sets(connection)) == 3


def test_before_anything_is_scored_a_publication_just_switches(service, tmp_path):
    requests.ensure_scorecards(service.store, service.settings, service.clock())
    done = work(service, ask(service, set_of(tmp_path, OTHER)))
    assert (done.status, done.counts["days"], in_force(service).label) == ("completed", 0, "small v2")
    service.app.tenant("anna", active=5)
    service.night(MONDAY)
    assert service.score("anna").overall == 78  # 0.3 × 50 + 0.7 × 90


def test_there_is_nothing_to_publish_where_it_is_in_force_already(service, tmp_path):
    service.night(MONDAY)
    cards = set_of(tmp_path, SCORECARD)
    assert requests.publish(service.store, cards, "request", TESTER, service.clock()) is None
    with service.store.read() as connection:
        assert scorecard_sets.newest(connection) == 1


def test_while_one_publication_is_open_there_is_no_other(service, tmp_path):
    service.night(MONDAY)
    run = ask(service, set_of(tmp_path, OTHER))
    with pytest.raises(ConflictError, match="another publication is under way"):
        ask(service, set_of(tmp_path, OTHER.replace("45", "44")))
    cancel(service, run)
    work(service, ask(service, set_of(tmp_path, OTHER.replace("45", "44"))))
    assert in_force(service).versions[0].scorecard.risk.high_below == 44


@pytest.mark.parametrize("expected", [0, 2, 99])
def test_who_has_not_seen_the_newest_set_may_not_replace_it(service, tmp_path, expected):
    service.night(MONDAY)
    with pytest.raises(StaleVersionError, match=f"set 1, not {expected}"):
        ask(service, set_of(tmp_path, OTHER), expected=expected)
    assert work(service, ask(service, set_of(tmp_path, OTHER), expected=1)).status == "completed"


def test_a_cancelled_draft_counts_as_seen_only_by_who_looks_again(service, tmp_path):
    service.night(MONDAY)
    cancel(service, ask(service, set_of(tmp_path, OTHER), expected=1))
    with pytest.raises(StaleVersionError):
        ask(service, set_of(tmp_path, OTHER), expected=1)
    assert ask(service, set_of(tmp_path, OTHER), expected=2).status == "queued"


def test_a_night_that_was_queued_before_and_is_performed_afterwards_scores_under_the_new_set(
    service, tmp_path
):
    service.night(MONDAY)
    night, _ = requests.ask(
        service.store,
        service.settings,
        requests.night(service.settings, MONDAY + NEXT, False),
        service.clock(),
    )
    published = publish(service, set_of(tmp_path, OTHER))
    done = work(service, night)
    assert (done.status, done.scorecard_set) == ("completed", published.id)
    assert service.score("anna").scorecard == published.versions[0].id
    assert {version for (_, day), version in reported(service).items() if day == MONDAY + NEXT} == {
        published.versions[0].id
    }


def test_nights_between_the_request_and_its_performance_are_scored_anew_too(service, tmp_path):
    service.night(MONDAY)
    run = ask(service, set_of(tmp_path, OTHER))
    service.nights(MONDAY + NEXT, 2)
    done = work(service, run)
    assert (done.counts["days"], service.score("anna").scorecard) == (3, in_force(service).versions[0].id)


def test_a_tenant_that_left_is_scored_anew_too(service, tmp_path):
    service.night(MONDAY)
    service.app.forget("dora")
    service.night(MONDAY + NEXT)
    published = publish(service, set_of(tmp_path, OTHER))
    dora = service.score("dora")
    assert (dora.is_active, dora.day, dora.scorecard) == (False, MONDAY, published.versions[0].id)


def test_a_publication_covers_400_dates_and_older_ones_stay_as_they_were_told(service, tmp_path):
    first = MONDAY - timedelta(days=399)
    for day in (first - NEXT, first, MONDAY):
        service.night(day)
    done = work(service, ask(service, set_of(tmp_path, OTHER)))
    assert (done.counts["days"], dates(service, 2)) == (2, [first, MONDAY])
    assert dates(service, 1) == [first - NEXT, first, MONDAY]


def test_who_was_high_under_the_old_version_alone_does_not_stay_in_the_high_risk_list(service, tmp_path):
    service.app.tenant("anna", active=0)
    service.night(MONDAY)
    service.app.tenant("anna", active=-1)
    service.night(MONDAY + NEXT)

    def once_high() -> list[tuple]:
        with service.store.read() as connection:
            return [
                (row.tenant_id, row.risk_level, row.last_known_day) for row in portfolio.high_risk(connection)
            ]

    assert once_high() == [("anna", "UNKNOWN", MONDAY)]
    kind = SCORECARD.replace("high_when_not_alive = true", "high_below = 20")
    publish(service, set_of(tmp_path, kind))
    anna = service.score("anna")
    assert (anna.risk_level, anna.last_known_risk, anna.last_known_day) == ("UNKNOWN", "MEDIUM", MONDAY)
    assert once_high() == []
    publish(service, set_of(tmp_path, SCORECARD))
    assert once_high() == [("anna", "UNKNOWN", MONDAY)]


def test_filling_a_date_that_one_tenant_lacks_leaves_the_scores_of_the_others_as_they_were_told(
    service, tmp_path
):
    service.night(MONDAY)
    before = rows(service, health_scores)
    publish(service, set_of(tmp_path, OTHER))
    service.app.tenant("anna", active=5)
    service.app.tenant("eva", active=8)
    service.night(MONDAY)
    done = work(service, ask(service, set_of(tmp_path, SCORECARD)))
    assert rows(service, health_scores, health_scores.c.scorecard == 1, health_scores.c.tenant < 5) == before
    assert (done.counts["scores_written"], service.score("eva").overall) == (1, 88)


def test_a_provisional_score_of_the_old_version_gives_way_to_the_night_when_the_version_comes_back(
    service, tmp_path
):
    service.night(MONDAY)
    service.app.tenant("anna", active=2)
    service.tenant_at(datetime(2026, 3, 3, 12, tzinfo=UTC), "anna")
    publish(service, set_of(tmp_path, OTHER))
    service.app.tenant("anna", active=5)
    service.night(MONDAY + NEXT)
    publish(service, set_of(tmp_path, SCORECARD))
    anna = service.score("anna")
    assert (anna.day, anna.overall, anna.as_of) == (MONDAY + NEXT, 70, datetime(2026, 3, 4, tzinfo=UTC))


def test_a_draft_that_failed_is_scored_with_the_figures_of_the_night_when_it_is_published(
    service, tmp_path, monkeypatch
):
    """It had written the provisional scores of noon, and then the power went."""
    service.app.tenant("anna", active=2)
    service.perform(requests.whole_fleet_now(service.settings, TESTER, datetime(2026, 3, 2, 12, tzinfo=UTC)))
    with monkeypatch.context() as patch:
        patch.setattr(rescoring.scorecard_sets, "put_in_force", None)
        assert work(service, ask(service, set_of(tmp_path, OTHER))).status == "failed"
    assert dates(service, 2) == [MONDAY]
    service.app.tenant("anna", active=5)
    service.night(MONDAY, accept=True)
    publish(service, set_of(tmp_path, OTHER))
    assert (service.score("anna").overall, service.score("anna").day) == (78, MONDAY)
