"""`/metrics`: who may read it, what this process counts itself, and what never stands in it."""

import re

import pytest

from client_health.api.application import PREFIX
from client_health.errors import StoreError
from client_health.store import keys
from tests.cast import CONFIG, MONDAY, make_service, with_password
from tests.docs.pages import DOCS
from tests.monitoring.scraping import Scraper, read


@pytest.fixture
def service(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    yield service
    service.store.close()


def with_setting(service, value):
    web = service.settings.web.model_copy(update={"metrics": value})
    service.settings = service.settings.model_copy(update={"web": web})
    return Scraper(service)


@pytest.mark.parametrize("role", keys.ROLES)
def test_a_key_of_any_role_reads_them(service, role):
    assert Scraper(service, role).figures()("store_up") == 1


def test_without_a_key_or_with_a_wrong_one_they_are_refused(service):
    client = Scraper(service).client
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer ch_{'x' * 43}"}).status_code == 401


def test_open_they_need_no_key(service):
    assert read(with_setting(service, "open").client.get("/metrics").text)("store_up") == 1


def test_off_they_are_not_there(service):
    scraper = with_setting(service, "off")
    answer = scraper.client.get("/metrics", headers=scraper.headers)
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


def test_without_the_store_the_process_still_tells_of_itself(service, monkeypatch):
    def away():
        raise StoreError("the store does not answer")

    scraper = with_setting(service, "open")
    monkeypatch.setattr(service.store, "read", away)
    found = read(scraper.client.get("/metrics").text)
    assert found("store_up") == 0
    assert found("latest_run_age_seconds") is None
    assert found("process_resident_memory_bytes") > 0


def test_requests_are_counted_by_method_route_and_class_of_status_and_never_by_path(service):
    service.night(MONDAY)
    scraper = Scraper(service)
    before = scraper.figures()
    for tenant in ("anna", "ben", "nobody-at-all"):
        scraper.client.get(f"{PREFIX}/{tenant}/score", headers=scraper.headers)
    scraper.client.get("/wp-admin/secret-path?token=hunter2")
    scraper.client.request("BREW", "/livez")
    text = scraper.text()
    after = read(text)

    def more(**labels):
        name = "http_request_seconds_count"
        return (after(name, **labels) or 0) - (before(name, **labels) or 0)

    route = f"{PREFIX}/{{orgId}}/score"
    assert more(method="GET", route=route, status="2xx") == 2
    assert more(method="GET", route=route, status="4xx") == 1
    assert more(method="GET", route="none", status="4xx") == 1
    assert more(method="other", route="/livez", status="4xx") == 1
    for word in ("nobody-at-all", "wp-admin", "hunter2", "BREW"):
        assert word not in text


def test_statements_are_counted_by_source_and_query_and_failed_ones_too(service):
    def counted(found, query, what="statements_total"):
        return found(f"source_{what}", source="default", query=query) or 0

    scraper = Scraper(service)
    before = scraper.figures()
    service.night(MONDAY)
    service.app.break_table("tickets")
    service.night(MONDAY)
    after = scraper.figures()
    names = ("tenants", "usage.login", "usage.tickets")
    assert [counted(after, name) - counted(before, name) for name in names] == [2, 2, 4]
    failures = "statement_failures_total"
    assert [counted(after, name, failures) - counted(before, name, failures) for name in names] == [0, 0, 3]
    seconds = "statement_seconds_total"
    assert counted(after, "tenants", seconds) > counted(before, "tenants", seconds)


def test_no_tenant_no_key_and_no_secret_stands_in_them(tmp_path, postgres):
    url = postgres.create_database("metrics_without_secrets")
    service = make_service(tmp_path, with_password(url), CONFIG)
    service.night(MONDAY)
    service.app.execute("drop table logins")
    service.app.execute("drop table tickets")
    service.night(MONDAY)
    scraper = Scraper(service)
    scraper.client.get(f"{PREFIX}/anna/score", headers=scraper.headers)
    text = scraper.text()
    for word in ("anna", "Anna", "carla", "hunter2", "prometheus", scraper.key, str(tmp_path), "logins"):
        assert word not in text, word
    service.store.close()
    postgres.drop_database("metrics_without_secrets")


def test_every_metric_is_documented(service):
    service.night(MONDAY)
    service.app.break_table("logins")
    service.app.break_table("tickets")
    service.night(MONDAY)
    lines = Scraper(service).text().splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE client_health_")}
    page = (DOCS / "operations.md").read_text("utf-8")
    assert len(names) == 16
    assert set(re.findall(r"client_health_\w+", page)) == names
