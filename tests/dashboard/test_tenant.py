"""The page of one tenant: what it says of a score, and of the lack of one."""

import re
import threading
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from client_health.dashboard.charts.history import LEAST_RANGE
from client_health.jobs import requests
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.settings.load import load_scorecards
from tests.cast import MONDAY, SCORECARD, TESTER, Service, make_service
from tests.dashboard.tenant_cast import EVIL, LAST, ODD, address, cells, make_world, page, section, text
from tests.dashboard.visitors import visit


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("tenants")
    return make_world(folder, f"sqlite:///{folder / 'store.db'}")


@pytest.fixture(scope="module")
def client(world) -> TestClient:
    return visit(world)


@pytest.fixture(scope="module")
def html(client) -> str:
    return page(client)


def test_the_head_says_score_risk_changes_and_the_dates_they_are_true_for(html):
    head = text(re.search(r'<section class="card score".*?</section>', html)[0])
    assert "52 / 100 Critical" in head
    assert "7 days −48 from 100 on 2026-03-04" in head
    assert "9 days −48 from 100 on 2026-03-02" in head  # there is no score of 30 days ago
    assert "Trend Declining since 2026-03-04" in head
    assert "Confidence 100% all figures fresh" in head
    assert "Score of 2026-03-11 , as of 2026-03-12 00:00 UTC ; scorecard small v1" in head
    assert "provisional" not in head
    assert "Alerts Dashboard by default" in head


def test_the_facts_of_the_account_stand_under_its_name(html):
    assert "<h1><bdi>Anna</bdi></h1>" in html
    assert "anna · Financial services · Olga Owner · customer since 2020-01" in text(
        re.search(r'<p class="facts">.*?</p>', html)[0]
    )


def test_the_history_is_an_image_with_words_and_a_table(html):
    card = section(html, "history")
    assert (
        'role="img" aria-label="Score from 2025-12-12 to 2026-03-11: 100 on 2026-03-02, '
        "lowest 52 on 2026-03-11, highest 100 on 2026-03-02, 52 on 2026-03-11. "
        'Critical below 40, healthy from 70."'
    ) in card
    assert cells(card, "2026-03-11") == ["2026-03-11", "52", "Critical", "declining", "100%", "small v1"]
    assert len(re.findall(r"<tr data-x=", card)) == 10
    assert card.count('class="line"') == 1


def test_ranges_and_views_are_links_that_keep_the_rest(client):
    html = page(client, rest="?days=30&view=reported&from=2026-03-05")
    card = section(html, "history")
    chosen = re.findall(r'<a href="([^"]*)" aria-current="true"', card)
    assert chosen == ["/tenants/anna?days=30&amp;view=reported&amp;from=2026-03-05"] * 2
    assert 'href="/tenants/anna?days=365&amp;view=reported&amp;from=2026-03-05"' in card
    assert 'href="/tenants/anna?days=30&amp;from=2026-03-05"' in card
    assert "2026-02-10</time> to <time" in card


def test_the_waterfall_leads_from_then_to_now_and_one_sentence_says_why(html):
    card = section(html, "change")
    assert cells(card, "2026-03-04")[-1] == "100"
    assert cells(card, "Login activity")[-1] == "−36.00"
    assert cells(card, "Support tickets")[-1] == "−12.00"
    assert cells(card, "2026-03-11")[-1] == "52"
    assert "Login activity fell from 100 to 40 (active users 10 → 4 of 10): −36 points." in card
    assert "−48 points" in card


def test_other_dates_can_be_compared(client):
    card = section(page(client, rest="?from=2026-03-03&to=2026-03-10"), "change")
    assert 'name="from" value="2026-03-03"' in card
    assert "Nothing moved the score between these dates." in card


def test_a_comparison_that_cannot_be_made_says_why(client):
    card = section(page(client, rest="?from=2026-03-11&to=2026-03-11"), "change")
    assert "has no two scores to compare" in text(card)
    assert "has no two scores to compare" in text(section(page(client, "kim"), "change"))


def test_blank_dates_are_none_and_wrong_ones_are_refused(client):
    assert "2026-03-04" in section(page(client, rest="?from=&to="), "change")
    assert client.get("/tenants/anna?from=soon").status_code == 422
    assert client.get("/tenants/anna?days=3").status_code == 422
    assert client.get("/tenants/anna?view=odd").status_code == 422


def test_each_component_says_what_is_behind_it_and_what_would_be_enough(html):
    card = section(html, "components")
    assert cells(card, "Login activity") == [
        "Login activity 4 of 10 active users",
        "60%",
        "40",
        "",
        "24.0",
        "−60",
        "",
        "10 active users (+6)",
        "not by this alone",
    ]
    assert cells(card, "Support tickets")[:3] == ["Support tickets 3 support tickets", "40%", "70"]
    assert cells(card, "Support tickets")[7] == "0 support tickets (−3)"


def test_a_healthy_tenant_is_not_told_how_to_become_so(client):
    assert "To be healthy" not in page(client, "carla")
    assert "To be healthy" in page(client, "anna")


def test_nothing_to_measure_is_said_in_words(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.app.tenant("anna", active=0, users=0)
    service.night(MONDAY)
    row = cells(section(page(visit(service)), "components"), "Login activity")
    assert row[0] == "Login activity 0 of 0 active users · nothing to measure"


def test_usage_shows_the_scorecards_measures_first_with_their_latest_figures(html):
    card = section(html, "usage")
    assert [text(one) for one in re.findall(r"<figcaption>(.*?)</figcaption>", card)] == [
        "Active users 4",
        "Total users 10",
        "Support tickets 3",
    ]
    assert (
        'aria-label="Active users from 2025-12-12 to 2026-03-11: 4 on 2026-03-11, lowest 4, highest 10; '
        '80 days missing."'
    ) in card


def test_features_stand_in_their_categories(html):
    card = section(html, "features")
    assert "1 of 3 used within 30 days of 2026-03-12 00:00 UTC" in text(card)
    assert (
        "Integrations 1 of 2 Single sign-on since 2025-04 · last 2 d ago API usage not since 2025-06"
        in text(html)
    )
    assert "Features 0 of 1 Hotline not used" in text(html)


def test_peers_are_told_by_quartiles_and_never_by_their_ends(html):
    card = section(html, "peers")
    assert "All tenants" in card
    assert re.search(r'aria-label="Anna: 52, P25 \d+, median \d+, P75 \d+"', card)
    assert 'href="/benchmarks?tenant=anna"' in card
    assert "percentile" in text(html)


def test_too_few_peers_say_how_many_are_asked_for(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    assert "Too few peers: 3 others; 5 are needed." in text(section(page(visit(service)), "peers"))


def test_an_unknown_tenant_is_a_page_that_says_so(client):
    answer = client.get("/tenants/nobody")
    assert answer.status_code == 404
    assert "Not found" in answer.text
    assert client.get("/tenants/%00").status_code == 404


def test_any_id_and_any_name_can_be_shown(client):
    html = page(client, ODD)
    assert "<h1><bdi>&lt;b onclick=x&gt;Böld&lt;/b&gt; שלום</bdi></h1>" in html
    assert EVIL not in html
    links = re.findall(r'href="(/tenants/[^"]*)"', html)
    assert links
    assert all(link.startswith("/tenants/a%20b%2F%C3%BC%3F%23") for link in links)
    for link in {one.replace("&amp;", "&") for one in links}:
        assert client.get(link).status_code == 200, link


def test_an_inactive_tenant_stays_readable_and_is_not_recalculated(world, client):
    html = page(visit(world, "csm"), "dora")
    assert "Inactive" in html
    assert "Recalculate</button>" not in html
    assert "2026-03-10" in section(html, "history")


def test_a_tenant_without_a_score_says_what_will_happen(world, client):
    html = page(client, "later")
    assert "No score yet" in html
    assert "The next nightly run scores this tenant." in html
    assert "press Recalculate" in page(visit(world, "csm"), "later")


def test_a_tenant_without_figures_has_a_page(client):
    html = text(page(client, "gina"))
    assert "– / 100 Not enough data" in html
    assert "Not enough data: no component has figures." in html
    assert "0 scores in these days: too few for a line." in html
    assert "Login activity is missing" in html


def test_a_new_tenant_says_why_its_risk_is_not_told(client):
    html = text(page(client, "kim"))
    assert "Not enough data: new: its window is not full yet." in html
    assert "1 score in these days: too few for a line. The score of 2026-03-11 is 100." in html


def test_the_page_is_for_those_who_are_signed_in(world):
    answer = visit(world, None).get("/tenants/anna?days=30")
    assert answer.headers["location"] == "/sign-in?next=/tenants/anna%3Fdays%3D30"


def test_stale_and_missing_figures_are_named_with_their_dates(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.nights(MONDAY, 2)
    service.app.break_table("tickets")
    service.nights(MONDAY + timedelta(days=2), 2)
    client = visit(service)
    stale = page(client)
    assert "Confidence is 60%: Support tickets rests on figures of 2026-03-03." in text(stale)
    assert "stale, 2026-03-03" in cells(section(stale, "components"), "Support tickets")[2]
    assert "2 days stale" in section(stale, "usage")
    service.nights(MONDAY + timedelta(days=4), 3)
    missing = page(client)
    assert "Support tickets is missing; its last figures are of 2026-03-03." in text(missing)
    row = cells(section(missing, "components"), "Support tickets")
    assert row[0] == "Support tickets no figures, left out"
    assert row[4] == "–"


def test_a_score_that_is_older_than_the_fleets_says_so(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    service.night(MONDAY + timedelta(days=1))
    with service.store.write() as connection:
        connection.exec_driver_sql("delete from health_scores where day = '2026-03-03'")
        connection.exec_driver_sql("update score_current set day = '2026-03-02'")
    html = page(visit(service))
    assert "This score is of 2026-03-02 ; the fleet has been scored for 2026-03-03 since." in text(html)
    assert 'to <time datetime="2026-03-03">2026-03-03</time>' in section(html, "history")


def test_a_recalculated_score_is_provisional(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(LAST - timedelta(days=3))
    service.perform(requests.one_tenant_now(service.settings, "anna", TESTER, service.clock()))
    html = page(visit(service))
    assert "as of 2026-03-10 12:00 UTC , provisional until the night’s run" in text(html)
    assert "This score is of" not in page(visit(service), "ben")


def test_another_scorecard_is_marked_in_the_history(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.nights(MONDAY, 3)
    (tmp_path / "scorecard.toml").write_text(SCORECARD.replace("[10, 0]", "[5, 0]"), "utf-8")
    cards = load_scorecards(service.settings)
    published = requests.publish(service.store, cards, "publish", TESTER, service.clock())
    assert published is not None
    with wait_for_turn(service.store, threading.Event()) as lease:
        perform(
            service.store, service.settings, published[1].id, lease, threading.Event(), clock=service.clock
        )
    service.nights(MONDAY + timedelta(days=3), 2)
    card = section(page(visit(service), rest="?view=reported"), "history")
    assert "2026-03-05 Scorecard: small v1 → small v2" in text(card)
    assert "mark-scorecard" in card


def test_the_chart_shows_36_points_at_least(html):
    ticks = [float(one) for one in re.findall(r'<text x="100%" dx="7"[^>]*>(\d+)</text>', html)]
    assert max(ticks) - min(ticks) >= LEAST_RANGE


def test_the_page_reads_alike_on_both_databases(tmp_path, store_url):
    service = make_world(tmp_path, store_url)
    client = visit(service, "csm")
    assert "52 / 100 Critical" in text(page(client))
    assert address(ODD) in page(client, ODD)
    service.store.close()


def test_the_theme_can_be_changed_without_losing_the_place(world, client):
    html = page(client, rest="?days=180")
    assert 'name="back" value="/tenants/anna?days=180"' in html
