"""Months of the past are rolled up, and everything that looks back still tells the truth."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from client_health.errors import ConflictError
from client_health.explanations.service import explain_tenant
from client_health.instants import end_of_day
from client_health.jobs import requests
from client_health.jobs.attempt import RUN_LEASE
from client_health.jobs.lease import Lease
from client_health.jobs.retention import carry_out, plan, tend
from client_health.replay.preview import preview
from client_health.store import history, partitions, problems, runs, scorecard_sets, scores, usage
from client_health.store.schema import benchmarks, health_scores, run_problems, score_current, usage_metrics
from client_health.store.schema import runs as runs_table
from tests.cast import CONFIG, TESTER, Service, make_service

RETENTION = "[retention]\ndaily_days = 31\n"
JANUARY = [date(2026, 1, day) for day in (5, 25, 29, 31)]
RECENT = [date(2026, 2, 1), date(2026, 2, 3), date(2026, 3, 10)]
NOW = datetime(2026, 3, 11, 3, tzinfo=UTC)
ON_POSTGRESQL = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


@pytest.fixture
def service(tmp_path, store_url):
    """Nights of three months, in which Anna falls from 100 to 40 before the end of January."""
    service = make_service(tmp_path, store_url, CONFIG + RETENTION)
    for day in (*JANUARY, *RECENT):
        service.app.tenant("anna", active=10 if day < JANUARY[2] else 1)
        service.app.tenant("ben", tickets=-1 if day == JANUARY[1] else 0)  # a problem of an old run
        service.night(day)
    with service.store.write() as connection:  # as if each had been asked for on its night
        for row in connection.execute(sa.select(runs_table.c.id, runs_table.c.score_date)).all():
            asked = datetime.combine(row.score_date, NOW.time(), UTC)
            where = runs_table.c.id == row.id
            connection.execute(sa.update(runs_table).where(where).values(created_at=asked))
    yield service
    service.store.close()


def rows(service: Service, table: sa.Table, *where: object) -> list[str]:
    with service.store.read() as connection:
        query = sa.select(table).where(*where).order_by(*table.primary_key)
        return [str(row) for row in connection.execute(query)]


def days(service: Service, table: sa.Table = health_scores) -> list[date]:
    with service.store.read() as connection:
        return list(connection.scalars(sa.select(table.c.day).distinct().order_by(table.c.day)))


def roll_up(service: Service) -> None:
    tend(service.store, service.settings, NOW, lambda: False)


def test_of_an_old_month_the_last_date_stays_as_it_was(service):
    kept = [JANUARY[-1], *RECENT]
    before = [rows(service, table, table.c.day.in_(kept)) for table in (health_scores, usage_metrics)]
    current = rows(service, score_current)
    roll_up(service)
    for table in (health_scores, usage_metrics, benchmarks):
        assert days(service, table) == kept
    with service.store.read() as connection:
        assert scores.days_scored_at_all(connection, date.min, date.max) == kept
        assert plan(connection, service.settings, service.settings.retention).months == []
    assert [rows(service, table) for table in (health_scores, usage_metrics)] == before
    assert rows(service, score_current) == current


def test_problems_of_old_runs_go_and_the_runs_stay(service):
    count = len(rows(service, runs_table))
    assert len(rows(service, run_problems)) == 1
    roll_up(service)
    assert (len(rows(service, run_problems)), len(rows(service, runs_table))) == (0, count)
    with service.store.read() as connection:
        (old,) = [run for run in runs.newest(connection, 50) if run.score_date == JANUARY[1]]
        assert (old.counts["errors"], problems.of_run(connection, old.id)) == (1, [])


def test_without_the_section_everything_stays(service):
    settings = service.settings.model_copy(update={"retention": None})
    tend(service.store, settings, NOW, lambda: False)
    assert days(service) == [*JANUARY, *RECENT]
    assert len(rows(service, run_problems)) == 1


def test_last_dates_go_as_well_after_their_months(service):
    rules = service.settings.retention.model_copy(update={"months": 1})
    roll_up(service)
    with Lease(service.store, RUN_LEASE) as lease:
        list(carry_out(service.store, service.settings, rules, lease, TESTER, service.clock()))
    assert days(service) == days(service, usage_metrics) == RECENT
    service.night(JANUARY[0])  # the month can be written again
    assert days(service) == [JANUARY[0], *RECENT]


def test_history_and_explanations_tell_the_dates_that_there_are(service):
    roll_up(service)
    anna = service.score("anna")
    with service.store.read() as connection:
        told = history.of_tenant(connection, anna.id, anna.scorecard, date.min, RECENT[-1])
        measured = usage.of_tenant(connection, anna.id, "anna", JANUARY[0], RECENT[-1])
        why = explain_tenant(connection, "anna", JANUARY[1], RECENT[0])
        assert [row.day for row in told.comparable] == [row.day for row in told.reported] == days(service)
        assert [daily.day for daily in measured] == days(service)
    assert (why.before.row.day, why.after.row.day) == (JANUARY[-1], RECENT[0])


def test_a_trend_that_was_told_from_a_date_that_went_stays_when_it_is_scored_anew(service):
    anna = service.score("anna").id
    told = rows(
        service, health_scores, health_scores.c.tenant == anna, health_scores.c.day.in_(days(service)[3:])
    )
    assert "DECLINING" in told[0]
    assert "(2026, 1, 25)" in told[0].replace("datetime.date", "")
    roll_up(service)
    with service.store.read() as connection:
        published = scorecard_sets.in_force(connection)
    request = requests.rescore(published, JANUARY[0], RECENT[-1], TESTER, NOW)
    assert service.perform(request).status == "completed"
    anew = rows(service, health_scores, health_scores.c.tenant == anna)
    assert [without_clock(row) for row in anew] == [without_clock(row) for row in told]


def without_clock(row: str) -> str:
    """A row without when it was calculated."""
    return row.rpartition("datetime.datetime(")[0]


def test_a_date_that_is_calculated_again_leaves_trends_that_cannot_be_told_any_more(service):
    anna = service.score("anna").id
    where = health_scores.c.tenant == anna, health_scores.c.day == RECENT[0]
    before = rows(service, health_scores, *where)
    roll_up(service)
    service.app.tenant("anna", active=1)
    service.night(JANUARY[-1])
    assert [without_clock(row) for row in rows(service, health_scores, *where)] == [
        without_clock(row) for row in before
    ]


def test_the_next_night_and_a_preview_go_on_over_what_is_there(service):
    roll_up(service)
    next_day = RECENT[-1] + timedelta(days=1)
    assert service.night(next_day).outcome == "clean"
    assert (service.score("anna").day, service.score("anna").baseline_day) == (next_day, RECENT[-1])
    with service.store.read() as connection:
        cards = scorecard_sets.in_force(connection).cards
        assert preview(connection, cards, cards, 400).days == len(days(service))


def test_retention_waits_for_a_run_and_a_run_for_retention(service):
    with Lease(service.store, RUN_LEASE) as turn:
        assert turn.acquire()
        roll_up(service)
        assert days(service) == [*JANUARY, *RECENT]
    seen = []
    turn = Lease(service.store, RUN_LEASE)
    assert turn.acquire()
    with turn:
        for month, _ in carry_out(
            service.store, service.settings, service.settings.retention, turn, TESTER, service.clock()
        ):
            seen.append((month.kept, Lease(service.store, RUN_LEASE).acquire()))
    assert seen == [(JANUARY[-1], False)]


def test_a_run_that_waits_comes_before_the_next_month(service):
    service.night(date(2025, 12, 1))
    service.night(date(2025, 12, 2))
    as_of = end_of_day(RECENT[-1], service.settings.zone)
    with service.store.write() as connection:
        runs.create(connection, requests.whole_fleet_now(service.settings, TESTER, as_of), NOW)
    roll_up(service)
    assert days(service) == [date(2025, 12, 2), *JANUARY, *RECENT]
    tend(service.store, service.settings, NOW, lambda: True)
    assert days(service) == [date(2025, 12, 2), JANUARY[-1], *RECENT]


def test_what_a_broken_off_retention_left_goes_the_next_time(service, monkeypatch):
    from client_health.store import retention

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_forget", broken)
        with pytest.raises(ZeroDivisionError):
            roll_up(service)
    roll_up(service)
    assert days(service) == days(service, usage_metrics) == [JANUARY[-1], *RECENT]


@ON_POSTGRESQL
def test_a_month_that_is_being_read_is_left_for_later(service, monkeypatch):
    monkeypatch.setattr("client_health.store.retention.PATIENCE", "100ms")
    with service.store.read() as reader:
        reader.execute(sa.select(usage_metrics.c.day).limit(1)).all()
        with pytest.raises(ConflictError, match="2026-01 of usage_metrics is being read"):
            roll_up(service)
        assert days(service, usage_metrics) == [*JANUARY, *RECENT]
    roll_up(service)
    assert days(service, usage_metrics) == [JANUARY[-1], *RECENT]


@ON_POSTGRESQL
def test_a_worker_makes_the_coming_month_before_its_first_night(service):
    roll_up(service)
    with service.store.read() as connection:
        names = sa.inspect(connection).get_table_names()
    for table in partitions.DAILY:
        assert [f"{table}_2026_0{month}" in names for month in (1, 2, 3, 4, 5)] == [True] * 4 + [False]
        assert not [name for name in names if name.endswith("_kept")]
