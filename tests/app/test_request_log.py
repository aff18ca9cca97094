"""The line of a request in the log, its id, and what never stands in it."""

import pytest
import structlog
from structlog.testing import LogCapture

from client_health.api.application import PREFIX
from tests.cast import MONDAY, make_service
from tests.dashboard.visitors import visit
from tests.monitoring.scraping import Scraper


@pytest.fixture
def log(monkeypatch):
    captured = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, captured])
    yield captured
    structlog.configure(**before)


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    service.night(MONDAY)
    yield service
    service.store.close()


def lines(log):
    return [entry for entry in log.entries if entry["event"] == "request"]


def test_a_line_tells_method_route_status_seconds_id_key_and_tenant(service, log):
    scraper = Scraper(service)
    answer = scraper.client.get(f"{PREFIX}/anna/score?secret=hunter2", headers=scraper.headers)
    (line,) = lines(log)
    seconds = line.pop("seconds")
    assert 0 < seconds < 60
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": f"{PREFIX}/{{orgId}}/score",
        "status": 200,
        "request_id": answer.headers["X-Request-Id"],
        "key": "prometheus",
        "tenant_id": "anna",
    }


def test_a_visitor_of_the_dashboard_is_told_by_name_and_the_page_by_its_route(service, log):
    visit(service, "csm").get("/tenants/anna?q=hunter2")
    (line,) = lines(log)
    assert (line["user"], line["tenant_id"], line["status"]) == ("anna-csm", "anna", 200)
    assert line["route"] == "/tenants/{tenant_id:path}"


@pytest.mark.parametrize("wished", ["abc-123", "0af7651916cd43dd8448eb211c80319c", "a.b_c:d"])
def test_a_sane_id_is_taken_over(service, log, wished):
    answer = Scraper(service).client.get("/nowhere", headers={"X-Request-Id": wished})
    assert answer.headers["X-Request-Id"] == wished
    assert lines(log)[0]["request_id"] == wished


@pytest.mark.parametrize("wished", ["", "two words", "x" * 65, "<script>", "a\tb", "é"])
def test_any_other_is_replaced(service, log, wished):
    answer = Scraper(service).client.get("/nowhere", headers={"X-Request-Id": wished.encode()})
    made = answer.headers["X-Request-Id"]
    assert made != wished
    assert len(made) == 32
    assert lines(log)[0]["request_id"] == made


def test_each_request_has_an_id_of_its_own(service):
    client = Scraper(service).client
    assert len({client.get("/livez").headers["X-Request-Id"] for _ in range(3)}) == 3


def test_every_line_that_is_written_for_a_request_holds_its_id(service, log, monkeypatch):
    monkeypatch.setattr("client_health.api.present.tenant_score", lambda *_: 1 / 0)
    scraper = Scraper(service)
    answer = scraper.client.get(f"{PREFIX}/anna/score", headers=scraper.headers)
    assert (answer.status_code, len(answer.headers["X-Request-Id"])) == (500, 32)
    about = [entry for entry in log.entries if entry["event"].startswith("a request failed")]
    assert [entry["request_id"] for entry in about] == [answer.headers["X-Request-Id"]]
    assert [(line["status"], line["request_id"]) for line in lines(log)] == [(500, about[0]["request_id"])]


def test_what_is_refused_before_any_endpoint_is_told_too(service, log):
    scraper = Scraper(service)
    scraper.client.post(f"{PREFIX}/scorecards/preview", content=b"x" * 2_000_000, headers=scraper.headers)
    assert lines(log)[0]["status"] in {403, 413}
    scraper.client.get(f"{PREFIX}/high-risk")
    assert (lines(log)[1]["status"], "key" in lines(log)[1]) == (401, False)


def test_probes_static_files_and_scrapes_are_told_at_debug(service, log):
    scraper = Scraper(service)
    for path in ("/livez", "/readyz", "/metrics", "/static/app.css"):
        scraper.client.get(path, headers=scraper.headers)
    assert [line["log_level"] for line in lines(log)] == ["debug"] * 4


def test_no_line_holds_a_query_a_body_a_path_that_is_none_or_the_key(service, log):
    scraper = Scraper(service)
    scraper.client.get(f"{PREFIX}/high-risk?token=hunter2", headers=scraper.headers)
    scraper.client.get("/wp-admin/hunter2")
    scraper.client.put(f"{PREFIX}/anna/alert-level", json={"level": "hunter2"}, headers=scraper.headers)
    told = str(log.entries)
    assert "hunter2" not in told
    assert scraper.key not in told


def test_every_line_of_a_run_holds_its_id_and_its_attempt(service, log):
    service.app.break_table("tickets")
    run = service.night(MONDAY)
    service.app.break_table("logins")
    failed = service.night(MONDAY)
    told = [entry for entry in log.entries if entry["event"].startswith("run ")]
    assert [(entry["run_id"], entry["attempt"]) for entry in told] == [(run.id, 1)] * 2 + [(failed.id, 1)] * 2
    assert told[-1]["event"] == "run failed"
