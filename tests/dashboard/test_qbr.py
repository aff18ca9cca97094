"""The business review: a quarter for a customer's eyes, and nothing that is not meant for them."""

import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from client_health.dashboard.tenant.quarter import Quarter, offered, usual
from client_health.errors import UsageError
from client_health.store import notes, tenants
from tests.cast import Service, person
from tests.dashboard.tenant_cast import LAST, ODD, cells, make_world, page, section, text
from tests.dashboard.visitors import visit

INTERNAL = ("note", "call", "escalation")


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("reviews")
    service = make_world(folder, f"sqlite:///{folder / 'store.db'}")
    with service.store.write() as connection:
        key = tenants.find(connection, "anna").id
        for kind in (*INTERNAL, "meeting", "renewal"):
            notes.add(connection, key, kind, LAST, f"Words of a {kind}", person("anna"), service.clock())
    return service


@pytest.fixture(scope="module")
def client(world) -> TestClient:
    return visit(world)


@pytest.fixture(scope="module")
def html(client) -> str:
    return page(client, rest="/qbr?quarter=2026-Q1")


def test_it_tells_the_score_at_begin_and_end_and_why(html):
    told = text(html)
    assert "Business review · Q1 2026: 2026-01-01 to 2026-03-11" in told
    assert "Health score on 2026-03-02 100 on 2026-03-11 52 Change −48" in told
    assert "Login activity fell from 100 to 40 (active users 10 → 4 of 10): −36 points." in told
    assert "Your contact: Olga Owner" in told


def test_components_usage_and_features_are_of_the_quarter(html):
    assert cells(section(html, "components"), "Login activity") == [
        "Login activity 4 of 10 active users",
        "60%",
        "40",
        "",
        "−60",
        "10 active users (+6)",
    ]
    assert "Active users 4" in text(section(html, "usage"))
    assert "1 of 3, within 30 days of 2026-03-12 00:00 UTC" in text(section(html, "features"))


def test_peers_are_quartiles_and_a_percentile(html):
    told = text(section(html, "peers"))
    assert re.search(r"Own score 52 Percentile \d+\w\w P25 \d+ Median \d+ P75 \d+ Peers \d+", told)


def test_notes_are_told_only_if_somebody_says_so_and_never_those_that_are_internal(client, html):
    assert "Words of a" not in html
    assert "with 2 notes of meetings and renewals" in text(html)
    told = page(client, rest="/qbr?quarter=2026-Q1&notes=1")
    assert "Words of a meeting" in told
    assert "Words of a renewal" in told
    for kind in INTERNAL:
        assert f"Words of a {kind}" not in told


def test_what_is_internal_is_not_told(html):
    for word in ("Critical", "At risk", "Confidence", "ARR", "Proactive", "To be healthy"):
        assert word not in html


def test_the_page_is_two_sheets_with_a_hint_how_to_print(html):
    assert html.count('<section class="sheet"') == 2
    assert "Ctrl+P" in html
    assert re.search(r"<button[^>]*data-prints hidden>", html)


def test_quarters_are_offered_and_another_can_be_asked_for(client):
    html = page(client, rest="/qbr")
    assert '<option value="2026-Q1" selected>Q1 2026</option>' in html
    past = page(client, rest="/qbr?quarter=2025-Q3")
    assert "There is no score in Q3 2025; choose another quarter." in past
    assert '<option value="2025-Q3" selected>' in past
    assert client.get("/tenants/anna/qbr?quarter=2026-Q5").status_code == 422
    assert "no score in Q2 2026" in page(client, rest="/qbr?quarter=2026-Q2")


def test_tenants_without_a_score_and_unknown_ones_say_so(client):
    assert "This tenant has no score yet." in page(client, "later", "/qbr")
    assert "There is no score in" in page(client, "gina", "/qbr")
    assert client.get("/tenants/nobody/qbr").status_code == 404


def test_one_score_only_has_no_change(client):
    html = page(client, "kim", "/qbr?quarter=2026-Q1")
    assert "There is one score only." in html
    assert "Too few scores for a line." in html


def test_any_name_is_text(client):
    html = page(client, ODD, "/qbr?quarter=2026-Q1")
    assert "<h1><bdi>&lt;b onclick=x&gt;Böld&lt;/b&gt; שלום</bdi></h1>" in html


def test_quarters_begin_and_end_where_they_should():
    first = Quarter.read("2026-Q1")
    assert (first.first, first.last) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (Quarter(2026, 4).first, Quarter(2026, 4).last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert str(Quarter.of(date(2026, 6, 30))) == "2026-Q2"
    for wrong in ("2026", "2026-Q5", "0999-Q1", "2026-q1", "2026-Q1 "):
        with pytest.raises(UsageError, match="not a quarter"):
            Quarter.read(wrong)


def test_a_quarter_that_has_just_begun_is_no_topic_yet():
    assert usual(date(2026, 4, 10)) == Quarter(2026, 1)
    assert usual(date(2026, 5, 10)) == Quarter(2026, 2)


def test_quarters_are_offered_newest_first_as_far_as_scores_reach():
    assert offered(date(2025, 11, 5), date(2026, 5, 1)) == [
        Quarter(2026, 2),
        Quarter(2026, 1),
        Quarter(2025, 4),
    ]
    assert len(offered(date(2000, 1, 1), date(2026, 5, 1))) == 8
