"""What the portfolio says while there are no scores, and what it warns of when there are."""

from datetime import UTC, datetime, timedelta

import pytest

from client_health.jobs import requests
from client_health.settings import load_settings
from client_health.settings.addresses import resolve_address
from client_health.store import migrate, runs
from client_health.store.engine import Store
from tests.cast import CONFIG, MONDAY, TESTER, Service, make_service
from tests.dashboard.visitors import visit


@pytest.fixture
def service(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.clock = lambda: datetime(2026, 3, 3, 8, tzinfo=UTC)
    yield service
    service.store.close()


def shown(service: Service, role: str = "viewer") -> str:
    answer = visit(service, role).get("/")
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def test_before_the_first_scores_the_page_says_how_to_get_them(service):
    html = shown(service)
    for command in ("export APP_DATABASE_URL=", "client-health check", "client-health run"):
        assert command in html
    assert "<b>default</b>: an address is set; 3 queries ask it" in html
    assert "next on <time" in html
    assert "app.db" not in html  # the address is nobody's business
    assert "<table" not in html


def test_only_who_may_run_is_offered_to(service):
    assert "Run from here" not in shown(service, "csm")
    assert "Run from here" in shown(service, "admin")


def test_an_address_that_is_not_there_is_named_by_its_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("APP_SECRET_URL", raising=False)
    config = CONFIG.replace('"sqlite:///app.db"', '"${APP_SECRET_URL}"').replace(
        "[tenants]", '[sources.tickets]\nurl = "mysql://root:hunter2@db/x"\n[tenants]'
    )
    (tmp_path / "client-health.toml").write_text(config.replace("{store_url}", "sqlite:///store.db"), "utf-8")
    (tmp_path / "scorecard.toml").write_text("", "utf-8")
    settings = load_settings(tmp_path / "client-health.toml")
    store = Store(resolve_address(settings.store.url, "store.url", tmp_path))
    migrate.upgrade(store)
    html = shown(Service(tmp_path, None, settings, store))
    assert "<b>default</b>: source.url: the environment variable APP_SECRET_URL is not set" in html
    assert "<b>tickets</b>: an address is set; 0 queries ask it" in html
    assert "hunter2" not in html
    store.close()


def test_a_first_run_that_failed_says_why(service):
    service.app.break_table("orgs")
    run = service.night(MONDAY)
    html = shown(service)
    assert "The latest run failed: tenants: no such table: orgs." in html
    assert f'href="/runs/{run.id}"' in html


def test_a_first_run_that_is_under_way_is_said(service):
    with service.store.write() as connection:
        now = service.clock()
        runs.create(connection, requests.by_command(service.settings, now, (), False, TESTER, now), now)
    assert "The first run is under way." in shown(service)


def test_with_fresh_scores_there_is_nothing_to_warn_of(service):
    service.night(MONDAY)
    assert 'class="message"' not in shown(service)


def test_scores_that_are_older_than_a_night_are_a_visible_notice(service):
    service.night(MONDAY)
    service.clock = lambda: datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert "These scores are of 2026-03-02; the night of 2026-03-03 has not been scored." in shown(service)


def test_a_run_that_failed_since_is_a_visible_notice(service):
    service.night(MONDAY)
    service.clock = lambda: datetime(2026, 3, 4, 3, tzinfo=UTC)
    service.app.break_table("orgs")
    run = service.night(MONDAY + timedelta(days=1))
    html = shown(service)
    assert "The latest run, for 2026-03-03, failed, so nothing of it was published." in html
    assert f'href="/runs/{run.id}"' in html


def test_a_source_that_did_not_answer_is_a_visible_notice(service):
    service.night(MONDAY)
    service.clock = lambda: datetime(2026, 3, 4, 3, tzinfo=UTC)
    service.app.break_table("logins")
    service.night(MONDAY + timedelta(days=1))
    html = shown(service)
    assert "usage.login last answered 2026-03-03 08:00 UTC." in html
    assert 'title="Stale: Login activity"' in html
