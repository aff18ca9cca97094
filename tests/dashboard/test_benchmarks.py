"""The page of benchmarks: a tenant among its peers, the fleet's cohorts, and what it does not tell."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from client_health.dashboard.charts.box import axis_end, box
from tests.benchmarks.cast import add, make_fleet
from tests.cast import MONDAY, Service, make_service
from tests.conftest import DIALECTS, _fresh_database
from tests.dashboard.visitors import visit

MINERS = (2, 3, 4, 5, 6, 7, 9)  # of ten users


@pytest.fixture(scope="module", params=DIALECTS)
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Seven miners, three shops, and a tenant whose name is markup. Only read it."""
    folder = tmp_path_factory.mktemp("peers")
    for url in _fresh_database(request, folder / "store.db"):
        service = make_fleet(folder, url)
        for number, active in enumerate(MINERS):
            add(service, f"m{number}", active, industry="MINING_OPS", employees=300, days=number)
        for number in range(3):
            add(service, f"shop{number}", 5, industry="Retail", employees=2500 if number else 30)
        add(service, "<b>bold</b>", 8, segment="SMB")
        service.night(MONDAY)
        yield service
        service.store.close()


@pytest.fixture(scope="module")
def client(fleet: Service) -> TestClient:
    return visit(fleet)


def page(client: TestClient, **asked: str) -> str:
    """The page, which must be there, without line breaks."""
    answer = client.get("/benchmarks", params=asked)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def row(html: str, name: str) -> list[str]:
    """The texts of the cells of a measure, tags left out."""
    found = re.search(rf'<th scope="row">(?:<[^>]+>)?{re.escape(name)}.*?</tr>', html)
    assert found, name
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[0])
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def test_a_tenant_stands_among_all_others_with_its_value_and_percentile(client):
    html = page(client, tenant="m0")
    assert "against 10 peers" in html
    assert 'figures of <time datetime="2026-03-02">2026-03-02</time>' in html
    value, percentile, _, *quartiles = row(html, "Login activity")
    assert (value, percentile) == ("20", "0th behind")
    assert quartiles == ["50", "50", "68"]
    assert row(html, "Login activity: active users of total users")[0] == "20%"


def test_the_words_ahead_and_behind_follow_what_is_good(client):
    assert row(page(client, tenant="m0"), "Days to close")[1] == "0th ahead"
    assert row(page(client, tenant="m6"), "Days to close")[1] == "100th behind"
    assert row(page(client, tenant="m6"), "Login activity")[1] == "100th ahead"
    assert row(page(client, tenant="m3"), "Login activity")[1] == "45th"


def test_the_chart_says_its_figures(client):
    html = page(client, tenant="m0", industry="mining_ops")
    said = "Login activity: M0 20, 0th percentile, behind; P25 43, median 55, P75 68"
    assert f'role="img" aria-label="{said}"' in html


def test_a_tenant_is_offered_the_groups_that_it_belongs_to(client):
    html = page(client, tenant="m0", industry="Mining_Ops", size="101-500")
    groups = re.search(r'<nav class="cohorts".*?</nav>', html)[0]
    texts = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<a .*?</a>", groups)]
    assert texts == [
        "All tenants 10",
        "Mining ops 6",
        "101–500 employees 6",
        "Mining ops, 101–500 employees 6",
    ]
    (here,) = re.findall(r'<a [^>]*aria-current="true"[^>]*>', groups)
    assert "industry=mining_ops&amp;size=101-500" in here


def test_of_too_few_peers_nothing_is_told(client):
    html = page(client, tenant="shop0", industry="retail")
    assert "Too few peers: 2 others, 5 are needed" in html
    assert "<table" not in html
    assert 'class="chart box"' not in html


def test_a_measure_that_too_few_have_says_so_in_its_row(client):
    add_days = row(page(client, tenant="shop0"), "Days to close")
    assert add_days[0] == "–"
    html = page(client, industry="retail", size="2001+")
    assert "Too few tenants: 2, 5 are needed" in html


def test_the_fleet_shows_every_measure_and_every_cohort(client):
    html = page(client)
    assert "11 tenants · All tenants" in html
    assert row(html, "Overall score")[0] == "11"
    assert row(html, "Mining ops")[0] == "7"
    assert row(html, "Retail")[1] == "too few tenants: 3, 5 are needed"
    names = re.findall(r'<a class="row-link" href="/benchmarks[^"]*">([^<]+)</a>', html)
    assert names == [
        "Mining ops",
        "Retail",
        "1–100 employees",
        "101–500 employees",
        "2,001+ employees",
        "Segment SMB",
    ]


def test_no_lowest_and_no_highest_value_of_a_cohort_is_told(client):
    cells = row(page(client, industry="mining_ops"), "Login activity")
    assert not {"20", "90"} & set(cells)


def test_a_group_that_does_not_exist_explains_itself_and_keeps_the_form(client):
    answer = client.get("/benchmarks", params={"industry": "retail", "segment": "smb"})
    assert answer.status_code == 422
    assert "There are no benchmarks by industry and segment together" in answer.text
    assert 'name="industry"' in answer.text


def test_an_unknown_tenant_is_not_found(client):
    assert client.get("/benchmarks", params={"tenant": "nobody"}).status_code == 404


def test_a_search_lists_tenants_that_keep_the_chosen_group(client):
    html = page(client, q="  M1 ", industry="mining_ops")
    assert 'href="/benchmarks?tenant=m1&amp;industry=mining_ops">M1</a>' in html
    assert "No active tenant has this" in page(client, q="zzz")


def test_names_are_text(client):
    html = page(client, q="<b>")
    assert "<b>bold" not in html.lower()
    assert "&lt;b&gt;bold" in html.lower()


def test_text_that_no_database_holds_is_refused(client):
    assert client.get("/benchmarks?q=%00").status_code == 422


def test_before_the_first_night_the_page_says_when_there_will_be_some(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    html = page(visit(service))
    assert "No benchmarks yet" in html
    assert "<table" not in html
    service.store.close()


def test_the_page_is_for_those_who_are_signed_in(fleet):
    answer = visit(fleet, None).get("/benchmarks?tenant=m0")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/benchmarks%3Ftenant%3Dm0"


def test_a_box_lies_where_its_figures_are():
    found = box(20, 30, 60, 10, 0, 200)
    assert (found.p25, found.median, found.p75, found.value, found.width) == (10, 15, 30, 5, 20)
    assert box(0, 0, 0, 500, 0, 100).value == 100
    assert box(1, 2, 3, None).value is None


def test_an_axis_ends_at_a_round_figure():
    assert [axis_end(one) for one in (0, 0.4, 1, 3, 7, 10, 11, 20, 21, 101)] == [
        1,
        1,
        1,
        5,
        10,
        10,
        20,
        20,
        50,
        200,
    ]
    assert axis_end(3, None, 40) == 50
