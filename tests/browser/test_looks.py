"""Narrow screens, forced colours, reduced motion, themes, paper, and what a page weighs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.places import FULL, story_tenant
from tests.browser.served import Site

MOST_BYTES = 150_000
LIGHT, DARK = "rgb(247, 248, 249)", "rgb(15, 17, 21)"
BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
every_page = pytest.mark.parametrize("place", FULL, ids=lambda place: place.name)


def opened(visit, site: Site, watch, place, **options) -> Page:
    if place.name == "not-found":
        watch.expect("404 (Not Found)")
    return visit(place.on(site), place.role, **options)


@every_page
def test_a_page_fits_a_narrow_screen_and_every_way_of_seeing_it(visit, site, watch, place):
    page = opened(visit, site, watch, place, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, wide(page)
    for one in ({"forced_colors": "active"}, {"reduced_motion": "reduce"}, {"media": "print"}):
        page.emulate_media(**one)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def wide(page: Page) -> list[str]:
    """What reaches beyond the screen, for the message."""
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > 321 && !one.closest(".scroll"))
          .slice(0, 8).map((one) => one.outerHTML.slice(0, 100))"""
    )


@every_page
def test_a_page_is_light_on_the_wire(visit, site, watch, place):
    page = opened(visit, site, watch, place)  # a new context has nothing in its cache
    page.goto("about:blank")
    context = page.context.browser.new_context(base_url=site.address)
    context.add_cookies(page.context.cookies())
    cold = context.new_page()
    network, sizes = context.new_cdp_session(cold), []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    network.send("Network.enable")
    cold.goto(place.on(site), wait_until="networkidle")
    context.close()
    assert len(sizes) >= 4  # the page, two styles at least, two scripts
    assert sum(sizes) <= MOST_BYTES


def test_the_theme_follows_the_system_until_somebody_chooses(visit):
    page = visit("/?risk=HIGH", color_scheme="light")
    assert page.evaluate(BACKGROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(BACKGROUND) == DARK
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile(r"risk=HIGH"))
    assert page.evaluate(BACKGROUND) == DARK
    page.goto("/runs")
    assert page.evaluate(BACKGROUND) == DARK
    page.get_by_role("button", name="Light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(BACKGROUND) == LIGHT


@pytest.mark.parametrize("story", ["champion_left", "new_customer", "slow_slide"])
def test_the_review_fills_two_sheets_of_a4(visit, site, story):
    page = visit(f"/tenants/{story_tenant(site, story)}/qbr")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2
    for box in re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", printed):
        _, _, width, height = map(float, box.split())
        assert (round(width), round(height)) in {(595, 842), (596, 842), (595, 841)}


@pytest.mark.parametrize("name", ["portfolio", "tenant", "benchmarks-tenant"])
def test_paper_shows_the_content_and_not_the_controls(visit, site, name):
    (place,) = (one for one in FULL if one.name == name)
    page = visit(place.on(site), "admin")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()
    for controls in page.locator(".filters, .actions").all():
        expect(controls).to_be_hidden()
