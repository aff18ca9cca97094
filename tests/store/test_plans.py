"""Over years of history, every question reads the months that it is about, and none from end to end."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from client_health.benchmarks.computing import compute
from client_health.dashboard.portfolio.rows import DAYS as LINE_DAYS
from client_health.store import (
    current,
    earlier,
    history,
    latest_scores,
    partitions,
    portfolio,
    portfolio_counts,
    recent_scores,
    scorecard_sets,
    scores,
    usage,
    usage_days,
)
from client_health.store.engine import Store
from client_health.store.portfolio import Filters
from client_health.store.schema import metadata
from tests.cast import Service, make_service
from tests.store.plans import Plan, months, watched

LAST = date(2026, 3, 29)
TENANTS = 600
DAILY_DAYS = 400
YEAR = [LAST - timedelta(days=back) for back in range(365)]
TEXT = {"sqlite": "text", "postgresql": "date"}  # as what a date is kept
MANY = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {TENANTS})"


@pytest.fixture
def service(tmp_path, store_url):
    """Three years of a fleet: 400 dates, and month-ends before them. All like the latest."""
    service = make_service(tmp_path, store_url)
    service.app.execute(
        f"{MANY} insert into orgs select 't' || i, 'T ' || i, '2020-01-01 00:00:00', 'Energy', null, 1 from n"
    )
    service.app.execute(f"{MANY} insert into logins select 't' || i, 5 + i % 5, 10 from n")
    service.app.execute(f"{MANY} insert into tickets select 't' || i, i % 7 from n")
    assert service.night(LAST).status == "completed"
    daily = [LAST - timedelta(days=back) for back in range(1, DAILY_DAYS)]
    ends = [month - timedelta(days=1) for month in partitions.months(date(2023, 4, 1), daily[-1])]
    with service.store.write() as connection:
        for day in (*daily, *ends):
            repeat(connection, day)
    with service.store.write() as connection:
        connection.exec_driver_sql("analyze")
    yield service
    service.store.close()


def repeat(connection: sa.Connection, day: date) -> None:
    """Tell a date as the last one was told."""
    partitions.ensure(connection, day, day)
    for name in (*partitions.DAILY, "score_days"):
        rest = ", ".join(column.name for column in metadata.tables[name].columns if column.name != "day")
        text = TEXT[connection.dialect.name]
        connection.execute(
            sa.text(
                f"insert into {name} (day, {rest}) select cast(:day as {text}), {rest} "
                f"from {name} where day = :last"
            ),
            {"day": day.isoformat(), "last": LAST.isoformat()},
        )


def test_questions_about_the_past_read_their_months_only(service, monkeypatch):
    store, first = service.store, YEAR[-1]
    one, (card,) = service.score("t7"), in_force(service)
    fleet = list(range(1, TENANTS + 4))
    recent = [LAST - timedelta(days=back) for back in range(LINE_DAYS)]
    week = [LAST - timedelta(days=back) for back in range(8)]
    questions = {
        "history": (lambda c: history.of_tenant(c, one.id, card.id, first, LAST), YEAR),
        "metrics": (lambda c: list(usage.of_tenant(c, one.id, "t7", first, LAST)), YEAR),
        "lines": (
            lambda c: recent_scores.by_day(c, dict.fromkeys(fleet[:50], card.id), LAST, LINE_DAYS),
            recent,
        ),
        "drivers": (lambda c: recent_scores.components(c, [(week[7], 1, card.id), (LAST, 2, card.id)]), week),
        "baseline of one": (lambda c: earlier.oldest_within(c, card.id, 2, [7], LAST, 7), week),
        "baseline of all": (lambda c: earlier.oldest_within(c, card.id, 2, fleet, LAST, 7), week),
        "previous": (lambda c: earlier.latest_before(c, card.id, fleet, LAST), week),
        "a day": (lambda c: usage_days.read_day(c, LAST), week[:1]),
        "scores of a day": (lambda c: scores.read_day(c, LAST, card.id, 2), week[:1]),
        "reported": (lambda c: scores.reported_elsewhere(c, LAST, card.id), week[:1]),
        "exported": (lambda c: list(history.of_fleet(c, week[7], LAST, "comparable")), week),
        "exported usage": (lambda c: list(usage.between(c, week[7], LAST)), week),
        "latest usage": (lambda c: list(usage.latest(c)), week[:1]),
        "benchmarked": (lambda c: latest_scores.read_latest(c, week[3], LAST), week[:4]),
    }
    for name, (ask, days) in questions.items():
        with watched(store, monkeypatch) as plans, store.read() as connection:
            ask(connection)
        assert_reads_only(name, plans, days)
        if store.dialect == "postgresql" and name != "benchmarked":
            assert plans or name == "reported", name


def test_the_portfolio_and_current_scores_read_no_history(service, monkeypatch):
    store = service.store
    filters = Filters(search="t", risk_level="LOW", trend="STABLE", industry="energy")
    with watched(store, monkeypatch) as plans, store.read() as connection:
        for sort in ("score", "-change", "name", "-arr", "renewal"):
            page = portfolio.page(connection, filters, sort)
            portfolio.page(connection, filters, sort, cursor=page.next_cursor)
        portfolio.summary(connection, filters)
        portfolio.high_risk(connection)
        portfolio.one(connection, "t7")
        portfolio_counts.counts(connection, filters, [])
        portfolio_counts.choices(connection)
    assert page.rows
    assert plans == []


def test_a_night_reads_the_days_before_it_only(service, monkeypatch):
    night = LAST + timedelta(days=1)
    with watched(service.store, monkeypatch) as plans:
        run = service.night(night)
    assert (run.status, run.counts["scored"]) == ("completed", TENANTS + 4)
    assert_reads_only("night", plans, [night - timedelta(days=back) for back in range(9)])
    assert {"insert", "select"} <= {plan.statement.split()[0].lower() for plan in plans}


def test_a_switch_of_scorecards_reads_the_current_dates_only(service, monkeypatch):
    (card,) = in_force(service)
    with watched(service.store, monkeypatch) as plans, service.store.write() as connection:
        current.switch(connection, card.id, list(range(1, TENANTS)))
        compute(connection, service.settings.benchmarks, LAST)
    copied = [plan for plan in plans if "score_current set" not in plan.statement]
    assert len(copied) >= 2
    assert_reads_only("switch", copied, [LAST])


def in_force(service: Service):
    with service.store.read() as connection:
        return scorecard_sets.in_force(connection).versions


def assert_reads_only(name: str, plans: list[Plan], days: list[date]) -> None:
    allowed = months(*days)
    for plan in plans:
        assert plan.months <= allowed, (name, plan.statement, sorted(plan.months - allowed))
        assert not plan.scanned, (name, plan.statement, sorted(plan.scanned))


def test_a_question_about_everything_is_told_from_one_about_a_month(service, monkeypatch):
    """The watch itself: it sees what the others must not do."""
    store: Store = service.store
    with watched(store, monkeypatch) as plans, store.read() as connection:
        connection.execute(sa.text("select count(*), max(overall) from health_scores"))
    (plan,) = plans
    assert plan.scanned
    assert store.dialect == "sqlite" or len(plan.months) > 24
