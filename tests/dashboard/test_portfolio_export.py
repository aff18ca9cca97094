"""The portfolio as CSV."""

import csv
import io
from datetime import timedelta

import pytest

from client_health.dashboard.portfolio import export
from client_health.dashboard.portfolio.state import State
from tests.cast import MONDAY, make_service
from tests.dashboard.test_portfolio import two_nights
from tests.dashboard.visitors import visit


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()


def exported(client, asked: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/portfolio.csv{asked}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_who_reads_slowly_keeps_no_connection(service, monkeypatch):
    monkeypatch.setattr(export, "_AT_ONCE", 1)
    service.night(MONDAY)
    blocks = export.portfolio_csv(service.store, State.parse({}), ())
    pool = service.store.engine.pool
    for _ in range(3):
        assert next(blocks)
        assert pool.checkedout() == 0
    assert len(list(blocks)) == 3


def test_the_file_holds_every_figure_of_the_list_in_its_order(service):
    two_nights(service)
    client = visit(service)
    found = {row["tenant_id"]: row for row in exported(client)}
    assert next(iter(found)) == "anna"
    assert found["anna"] == {
        "tenant_id": "anna",
        "name": "Anna",
        "slug": "",
        "segment": "ENTERPRISE_PLUS",
        "industry": "MINING_OPS",
        "employee_count": "",
        "owner": "ANNA CSM",
        "arr": "48000",
        "renewal_date": "2026-03-20",
        "score_date": "2026-03-03",
        "score": "54",
        "risk_level": "HIGH",
        "risk_reason": "score",
        "change": "-46",
        "baseline_date": "2026-03-02",
        "baseline_score": "100",
        "trend": "DECLINING",
        "main_driver": "Login activity",
        "main_driver_points": "-42",
        "confidence": "1",
        "stale": "",
        "missing": "",
        "last_known_risk_level": "HIGH",
        "last_known_risk_date": "2026-03-03",
        "alert_level": "DASHBOARD_ONLY",
    }
    eva = found["eva"]
    assert (eva["score"], eva["missing"], eva["last_known_risk_date"]) == (
        "",
        "Login activity, Support tickets",
        "2026-03-02",
    )
    assert (found["carla"]["main_driver"], found["carla"]["main_driver_points"]) == ("", "")


def test_the_file_is_narrowed_as_the_list_is(service):
    two_nights(service)
    assert [row["name"] for row in exported(visit(service), "?owner=Grace+Liu")] == ["Ben"]
    assert {row["tenant_id"] for row in exported(visit(service, "csm"))} == {"anna", "<b>bold</b>"}
    assert len(exported(visit(service, "csm"), "?mine=0&sort=name")) == 6


def test_all_pages_are_in_the_file(service, monkeypatch):
    for number in range(10):
        service.app.tenant(f"t{number}", active=number)
    service.night(MONDAY)
    monkeypatch.setattr(export, "_AT_ONCE", 3)
    found = [row["tenant_id"] for row in exported(visit(service), "?sort=score&limit=50&cursor=ignored")]
    assert len(found) == len(set(found)) == 14


@pytest.mark.parametrize("name", ["=1+1", "+49 30", "-x", "@cmd", "\ttab", "\rreturn"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(service, name):
    service.app.execute("update orgs set name = ?, owner = ? where id = 'anna'", name, name)
    service.night(MONDAY)
    (row,) = [row for row in exported(visit(service)) if row["tenant_id"] == "anna"]
    assert not row["owner"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_figures_below_zero_stay_figures(service):
    service.night(MONDAY)
    service.app.tenant("anna", active=5)
    service.night(MONDAY + timedelta(days=1))
    assert exported(visit(service), "?search=anna")[0]["change"] == "-30"


def test_the_file_is_named_after_the_date_of_its_scores(service):
    client = visit(service)
    assert (
        client.get("/portfolio.csv").headers["content-disposition"] == 'attachment; filename="portfolio.csv"'
    )
    assert exported(client) == []
    service.night(MONDAY)
    told = client.get("/portfolio.csv").headers["content-disposition"]
    assert told == 'attachment; filename="portfolio-2026-03-02.csv"'


def test_a_bad_filter_is_a_page_that_says_so_and_no_file(service):
    answer = visit(service).get("/portfolio.csv?risk=none")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
