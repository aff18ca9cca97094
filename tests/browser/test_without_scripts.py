"""With scripts off every page still reads and every form still posts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.places import FULL, story_tenant
from tests.browser.served import PASSWORD

PATIENCE = 40_000


@pytest.fixture
def plain(visit):
    def open_page(path: str, role="csm", **options) -> Page:
        return visit(path, role, java_script_enabled=False, **options)

    return open_page


@pytest.mark.parametrize("place", FULL, ids=lambda place: place.name)
def test_a_page_reads(plain, site, watch, place):
    if place.name == "not-found":
        watch.expect("404 (Not Found)")
    page = plain(place.on(site), place.role)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(page.locator("main").inner_text()) > 40


def test_search_filters_and_sorting_are_plain_links_and_forms(plain):
    page = plain("/")
    page.get_by_role("searchbox").fill("linchpin")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.goto("/")
    page.locator("select[name=risk]").select_option("HIGH")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("risk=HIGH"))
    page.locator("#tile-all").click()
    expect(page).not_to_have_url(re.compile("risk=HIGH"))
    page.get_by_role("link", name="Tenant", exact=True).click()
    expect(page.get_by_role("columnheader", name="Tenant")).to_have_attribute("aria-sort", "ascending")


def test_a_tenant_is_recalculated_noted_and_watched(plain, site):
    there = f"/tenants/{story_tenant(site, 'recovery')}"
    page = plain(there)
    page.get_by_role("button", name="Recalculate").click()
    expect(page).to_have_url(re.compile("job="))
    for _ in range(40):
        if page.locator(".job.good").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".job.good")).to_be_visible()
    page.get_by_role("combobox", name="Alert level").select_option("NONE")
    page.get_by_role("button", name="Set the alert level").click()
    expect(page.get_by_text("set by Carl Kaya")).to_be_visible()
    page.locator("#notes").get_by_label("Text").fill("Written without scripts")
    page.locator("#notes").get_by_role("button", name="Add").click()
    expect(page.locator("#notes li")).to_contain_text("Written without scripts")
    page.locator("#notes").get_by_role("button", name=re.compile("Remove")).click()
    expect(page.locator("#notes li")).to_have_count(0)


def test_signing_in_changing_the_theme_and_signing_out(plain, site):
    site.user("viewer", "Paul Plain", PASSWORD)
    page = plain("/benchmarks?industry=retail", None)
    page.get_by_label("User name").fill("paul.plain")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("industry=retail"))
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("industry=retail"))
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))


def test_benchmarks_are_narrowed_and_a_tenant_is_found(plain):
    page = plain("/benchmarks")
    page.get_by_label("Another tenant").or_(page.get_by_label("Compare a tenant")).fill("linchpin")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Linchpin Robotics").click()
    expect(page.locator(".page-head")).to_contain_text("Linchpin Robotics against")
    page.get_by_label("Industry").select_option("technology")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("tenant=.*industry=technology"))


def test_a_run_is_started(plain):
    page = plain("/runs", "admin")
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+|/runs\?already=\w+"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
