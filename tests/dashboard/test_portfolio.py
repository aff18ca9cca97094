"""The portfolio: rows with their reasons, counts that are filters, own tenants first, what is not fresh."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from client_health.store import owners, portfolio
from client_health.store.schema import tenants
from tests.cast import MONDAY, Service, make_service, person
from tests.dashboard.visitors import visit

TUESDAY = MONDAY + timedelta(days=1)
MORNING = datetime(2026, 3, 4, 3, tzinfo=UTC)  # after Tuesday's night
CONTRACTS = {
    "anna": {"segment": "ENTERPRISE_PLUS", "arr": 48_000.0, "renewal_date": date(2026, 3, 20)},
    "ben": {"arr": 1_300_000.0, "renewal_date": date(2026, 12, 1)},
    "carla": {"renewal_date": date(2026, 3, 1)},
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two nights: Anna falls, Ben rises, Carla stays, Dora loses a measure, Eva is lost; one name is markup.
    Only read it."""
    folder = tmp_path_factory.mktemp("portfolio")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    two_nights(service)
    yield service
    service.store.close()


def two_nights(service: Service) -> None:
    app, service.clock = service.app, lambda: MORNING - timedelta(hours=1)
    app.tenant("anna", owner="ANNA CSM", industry="MINING_OPS")
    app.tenant("ben", active=4, owner="Grace Liu", industry="Retail")
    app.tenant("dora", tickets=5)
    app.tenant("eva", active=1, tickets=10)
    app.tenant("<b>bold</b>", owner="anna-csm")
    service.night(MONDAY)
    app.tenant("anna", active=3, tickets=1, owner="ANNA CSM", industry="MINING_OPS")
    app.tenant("ben", active=9, owner="Grace Liu", industry="Retail")
    app.tenant("dora", active=-1, tickets=6)
    app.tenant("eva", active=-1, tickets=-1)
    service.night(TUESDAY)
    service.clock = lambda: MORNING
    with service.store.write() as connection:
        for name, values in CONTRACTS.items():
            connection.execute(sa.update(tenants).where(tenants.c.tenant_id == name).values(**values))


@pytest.fixture(scope="module")
def client(fleet: Service) -> TestClient:
    return visit(fleet)


def page(client: TestClient, address: str = "/", **headers: str) -> str:
    """A page or a fragment, which must be there, without line breaks."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def rows(markup: str) -> dict[str, list[str]]:
    """The texts of the cells of each row, by tenant, in the order of the list."""
    found = {}
    for row in re.findall(r"<tr data-row>.*?</tr>", markup):
        name, *cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        found[text(name)] = [text(cell) for cell in cells]
    return found


def tiles(markup: str) -> list[str]:
    return [text(one) for one in re.findall(r'<a class="tile".*?</a>', markup)]


def test_the_largest_fall_comes_first_and_every_row_says_its_reason(client):
    found = rows(page(client))
    assert list(found) == ["Anna", "Dora", "<B>Bold</B>", "Carla", "Ben", "Eva"]
    health, change, _, driver, segment, arr, renews, owner, alerts = found["Anna"]
    assert (health, change, driver) == ("54 Critical", "−46 in 1 d", "Login activity −42.0")
    assert (segment, arr, renews, owner, alerts) == (
        "Enterprise plus",
        "48k",
        "16 d",
        "AC ANNA CSM",
        "Dashboard",
    )
    assert found["Ben"][1:2] + found["Ben"][3:6] == ["+30 in 1 d", "Login activity +30.0", "–", "1.3M"]
    assert found["Carla"][3] == "nothing moved"


def test_the_head_says_what_the_scores_are_of_and_when_the_next_ones_come(client):
    head = text(re.search(r"<h1>Portfolio</h1>.*?</p>", page(client))[0])
    assert head == (
        "Portfolio 6 tenants · scores of 2026-03-03 , published 2026-03-04 02:00 UTC"
        " · next run 2026-03-05 02:00 UTC"
    )


def test_what_is_missing_stands_beside_the_score_with_the_confidence(client):
    found = rows(page(client))
    assert found["Dora"][0] == "40 Not enough data 1 missing 40% confidence"
    assert found["Dora"][3] == "Support tickets −7.0 Login activity went missing too much data is missing"
    assert 'title="Missing: Login activity"' in page(client)


def test_a_tenant_that_was_critical_says_so_when_too_little_is_known(client):
    health, change, line, driver, *_ = rows(page(client))["Eva"]
    assert health == "Not enough data 2 missing 0% confidence was Critical on 2026-03-02"
    assert (change, driver) == ("–", "no component has figures")
    assert line == ""  # a line of the score it had


def test_renewals_that_are_near_or_over_stand_out(client):
    markup = page(client)
    assert re.search(r'title="2026-03-20" class="soon">16 d<', markup)
    assert re.search(r'title="2026-03-01" class="soon">3 d ago<', markup)
    assert re.search(r'title="2026-12-01">272 d<', markup)


def test_names_and_words_of_others_are_text(client):
    assert "<B>Bold</B>" in rows(page(client))
    markup = page(client, '/?search="><script>')
    assert "<script>" not in markup.lower()
    assert "&#34;&gt;&lt;script&gt;" in markup


def test_the_whole_row_is_opened_by_its_first_link(client):
    assert '<a class="row-link" href="/tenants/%3Cb%3Ebold%3C%2Fb%3E">' in page(client)


def test_every_tile_is_a_filter_and_counts_what_it_leads_to(client):
    markup = page(client)
    assert tiles(markup) == [
        "All 6",
        "Critical 1 17%",
        "At risk 0 0%",
        "Healthy 3 50%",
        "Not enough data 2 33% · 1 was critical",
    ]
    for tile in re.findall(r'<a class="tile".*?</a>', markup):
        address = html.unescape(re.search(r'href="([^"]*)"', tile)[1])
        assert len(rows(page(client, address))) == int(re.search(r'class="kpi">(\d+)', tile)[1])


def test_a_chosen_level_narrows_the_list_and_the_chart_but_not_the_other_tiles(client):
    markup = page(client, "/?risk=HIGH")
    assert list(rows(markup)) == ["Anna"]
    assert tiles(markup) == tiles(page(client))
    assert re.search(r'id="tile-high" [^>]*aria-current="true"', markup)
    assert 'aria-label="Scores of 1 tenant, mean 54.0. 50 to 54: 1"' in markup


def test_the_chart_and_the_bar_say_their_figures(client):
    markup = page(client)
    bar = 'aria-label="Of 6 tenants: 1 Critical, 0 At risk, 3 Healthy, 2 Not enough data"'
    assert bar in markup
    assert "<title>95 to 100: 2 tenants (2 Healthy)</title>" in markup
    assert 'aria-label="30 days: from 100 to 54, lowest 54, highest 100"' in markup


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("search=AN", {"Anna"}),
        ("trend=IMPROVING", {"Ben"}),
        ("industry=mining_ops", {"Anna"}),
        ("owner=Grace+Liu", {"Ben"}),
        ("segment=ENTERPRISE_PLUS&owner=Grace+Liu", set()),
    ],
)
def test_filters_narrow_the_list(client, asked, expected):
    assert set(rows(page(client, f"/?{asked}"))) == expected


def test_selects_offer_what_there_is_and_show_what_is_chosen(client):
    markup = page(client, "/?industry=Gone&trend=STABLE")
    assert '<option value="MINING_OPS">Mining ops</option>' in markup
    assert '<option value="Gone" selected>Gone</option>' in markup
    assert '<option value="STABLE" selected>Stable</option>' in markup


@pytest.mark.parametrize(
    ("sort", "first", "state"),
    [
        ("change", "Anna", "ascending"),
        ("-change", "Ben", "descending"),
        ("score", "Dora", "ascending"),
        ("name", "<B>Bold</B>", "ascending"),
        ("confidence", "Eva", "ascending"),
        ("-arr", "Ben", "descending"),
        ("renewal", "Carla", "ascending"),
    ],
)
def test_every_sort_says_its_direction_and_its_link_turns_it(client, sort, first, state):
    markup = page(client, f"/?sort={sort}&industry=")
    assert next(iter(rows(markup))) == first
    assert markup.count("aria-sort=") == 1
    head = re.search(rf'<th [^>]*aria-sort="{state}".*?</th>', markup)[0]
    other = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert f'href="{"/" if other == "change" else f"/?sort={other}"}"' in head


def test_links_keep_the_filters_and_begin_at_the_first_page(client):
    markup = page(client, "/?trend=STABLE&sort=name&limit=100")
    assert 'href="/?trend=STABLE&amp;sort=score&amp;limit=100"' in markup
    assert 'href="/?risk=LOW&amp;trend=STABLE&amp;sort=name&amp;limit=100"' in markup
    assert 'href="/portfolio.csv?trend=STABLE&amp;sort=name"' in markup
    assert '<input type="hidden" name="sort" value="name">' in markup
    assert '<a class="button bare" href="/?sort=name&amp;limit=100">Clear</a>' in markup


def test_pages_lead_on_until_the_last_and_back_to_the_first(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    for number in range(60):
        service.app.tenant(f"t{number:02}")
    service.night(MONDAY)
    client = visit(service)
    first = page(client)
    assert len(rows(first)) == 50
    assert "64 tenants" in first
    assert "page-first" not in first
    address = html.unescape(re.search(r'id="page-next" href="([^"]*)"', first)[1])
    second = page(client, address)
    assert len(rows(second)) == 14
    assert not set(rows(first)) & set(rows(second))
    assert 'id="page-first" href="/"' in second
    assert "page-next" not in second
    assert len(rows(page(client, "/?limit=100"))) == 64
    service.store.close()


def test_the_first_view_of_somebody_with_tenants_is_of_these(fleet):
    client = visit(fleet, "csm")
    markup = page(client)
    assert set(rows(markup)) == {"Anna", "<B>Bold</B>"}
    assert text(re.search(r'<nav id="scope".*?</nav>', markup)[0]) == "My tenants 2 All 6"
    assert re.search(r'id="scope-own" [^>]*aria-current="true"', markup)
    assert len(rows(page(client, "/?mine=0"))) == 6
    assert set(rows(page(client, "/?owner=Grace+Liu"))) == {"Ben"}
    assert text(re.search(r'<nav id="scope".*?</nav>', page(client, "/?risk=LOW"))[0]) == "My tenants 1 All 3"


def test_somebody_without_tenants_sees_all_and_no_choice_between(client):
    markup = page(client, "/?mine=1")
    assert len(rows(markup)) == 6
    assert 'id="scope"' not in markup


def test_an_owner_who_is_assigned_here_sees_the_tenant_first(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    with service.store.write() as connection:
        key = portfolio.one(connection, "carla").id
        owners.assign(connection, key, "Anna Csm", person("boss"), service.clock())
    assert set(rows(page(visit(service, "csm")))) == {"Carla"}
    service.store.close()


def test_columns_that_no_tenant_fills_are_left_out(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    markup = page(visit(service))
    head = text(re.search(r"<thead>.*?</thead>", markup)[0])
    assert head == "Tenant Health Confidence 7 d change 30 days Main driver Alerts"
    assert 'name="segment"' not in markup
    service.store.close()


def test_a_tenant_that_was_never_scored_is_listed_without_figures(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    with service.store.write() as connection:
        connection.execute(sa.insert(tenants).values(tenant_id="new", name="New", is_active=True))
    found = rows(page(visit(service), "/?sort=score"))
    assert list(found)[-1] == "New"
    assert found["New"][:4] == ["Not enough data", "–", "–", "–"]
    service.store.close()


def test_no_match_says_so_and_offers_the_way_back(client):
    markup = page(client, "/?search=zzz&risk=LOW&sort=name")
    assert rows(markup) == {}
    assert "No name, slug or id holds “zzz” within these filters." in markup
    assert '<a class="button" href="/?sort=name">Clear filters</a>' in markup
    assert "nothing to draw" in markup.lower()


@pytest.mark.parametrize("asked", ["risk=high", "sort=x", "limit=7", "cursor=x", "search=%00"])
def test_an_address_that_makes_no_sense_is_a_page_that_says_why(client, asked):
    answer = client.get(f"/?{asked}")
    assert answer.status_code == 422
    assert asked.partition("=")[0] in answer.text


def test_the_page_and_its_file_need_somebody_who_is_signed_in(fleet):
    client = visit(fleet, None)
    for address in ("/", "/portfolio.csv"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


HTMX = {"HX-Request": "true", "HX-Source": "form#filters", "HX-Current-URL": "http://testserver/"}


def test_htmx_gets_only_what_changes_and_the_address_that_goes_with_it(client):
    answer = client.get("/?search=an&risk=&trend=", headers=HTMX)
    assert "<html" not in answer.text
    assert list(rows(" ".join(answer.text.split()))) == ["Anna"]
    assert answer.headers["HX-Replace-Url"] == "/?search=an"
    assert '<hx-partial hx-target="#count">1 tenant</hx-partial>' in answer.text
    assert 'href="/portfolio.csv?search=an"' in answer.text
    assert "#filter-state" not in answer.text  # the form that asked knows what was chosen in it


def test_a_tile_brings_the_form_along_and_is_a_step_back_can_undo(client):
    answer = client.get("/?risk=HIGH", headers=HTMX | {"HX-Source": "a#tile-high"})
    assert answer.headers["HX-Push-Url"] == "/?risk=HIGH"
    assert '<hx-partial hx-target="#filter-state">' in answer.text
    assert '<option value="HIGH" selected>Critical</option>' in answer.text


def test_a_form_that_says_nothing_new_leaves_the_history_alone(client):
    answer = client.get(
        "/?search=an&risk=", headers=HTMX | {"HX-Current-URL": "http://testserver/?search=an"}
    )
    assert not {"hx-push-url", "hx-replace-url"} & set(answer.headers)


def test_a_page_that_htmx_restores_from_history_is_whole(client):
    assert "<html" in page(client, "/?risk=HIGH", **HTMX, **{"HX-History-Restore-Request": "true"})
