"""Narrow screens, forced colours, reduced motion, themes, paper, and what a page weighs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.places import FULL, story_tenant

MOST_BYTES = 150_000
LIGHT, DARK = "rgb(247, 248, 249)", "rgb(15, 17, 21)"
# Lines of charts that a palette of forced colours would hide: drawn in the colour of the page itself.
UNSEEN_LINES = """() => [...document.querySelectorAll("svg polyline, svg .box, svg .filled")]
  .filter((one) => [getComputedStyle(one).stroke, getComputedStyle(one).fill]
    .every((colour) => colour === "none" || colour === getComputedStyle(document.body).backgroundColor))
  .map((one) => one.outerHTML)"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
    const { animationName, animationDuration, transitionDuration } = getComputedStyle(one);
    const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
    return (animationName !== "none" && lasts(animationDuration)) || lasts(transitionDuration);
  }).map((one) => one.outerHTML.slice(0, 90))"""
BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize("place", FULL, ids=lambda place: place.name)
def test_a_page_is_light_fits_a_narrow_screen_and_can_be_seen_in_every_way(visit, site, watch, place):
    if place.name == "not-found":
        watch.expect("404 (Not Found)")
    page = visit(None, place.role, viewport={"width": 320, "height": 640})
    sizes = sizes_on_the_wire(page)
    page.goto(place.on(site), wait_until="networkidle")
    assert len(sizes) >= 4  # the page, a style or more, two scripts
    assert sum(sizes) <= MOST_BYTES
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, wide(page)
    page.emulate_media(forced_colors="active")
    assert page.evaluate(UNSEEN_LINES) == []
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") not in {"none", ""}
    page.emulate_media(forced_colors="none", reduced_motion="reduce")
    assert page.evaluate(MOVING) == []
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def sizes_on_the_wire(page: Page) -> list[float]:
    """Bytes of each answer from now on. The browser of a new visit has nothing in its cache."""
    network, sizes = page.context.new_cdp_session(page), []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    network.send("Network.enable")
    return sizes


def wide(page: Page) -> list[str]:
    """What reaches beyond the screen, for the message."""
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > 321 && !one.closest(".scroll"))
          .slice(0, 8).map((one) => one.outerHTML.slice(0, 100))"""
    )


def test_the_theme_follows_the_system_until_somebody_chooses(visit):
    page = visit("/?risk=HIGH", color_scheme="light")
    assert page.evaluate(BACKGROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(BACKGROUND) == DARK
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    expect(page.get_by_role("button", name="Dark theme")).to_be_hidden()
    page.emulate_media(color_scheme="light")
    page.locator("select[name=trend]").select_option("DECLINING")
    expect(page).to_have_url(re.compile(r"trend=DECLINING"))
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile(r"risk=HIGH.*trend=DECLINING"))
    assert page.evaluate(BACKGROUND) == DARK
    page.goto("/runs")
    assert page.evaluate(BACKGROUND) == DARK
    page.get_by_role("button", name="Light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(BACKGROUND) == LIGHT


def test_compact_rows_put_more_tenants_on_a_screen_and_stay_chosen(visit):
    page = visit("/?risk=HIGH")
    assert row_height(page) == 36
    page.locator("select[name=trend]").select_option("DECLINING")
    expect(page).to_have_url(re.compile(r"trend=DECLINING"))
    page.get_by_role("button", name="Compact rows").click()
    expect(page.locator("body")).to_have_attribute("data-rows", "compact")
    expect(page).to_have_url(re.compile(r"risk=HIGH.*trend=DECLINING"))
    assert row_height(page) == 32
    page.goto("/")
    assert row_height(page) == 32
    page.get_by_role("button", name="Tall rows").click()
    expect(page.locator("body")).to_have_attribute("data-rows", "tall")
    assert row_height(page) == 36


def row_height(page) -> int:
    """Of the lowest row of the list, in pixels: longer texts may take more."""
    heights = "all => Math.min(...all.map((one) => one.getBoundingClientRect().height))"
    return round(page.locator("tr[data-row]").evaluate_all(heights))


def test_no_column_is_cut_where_the_list_does_not_scroll(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    assert list_beyond_its_card(page) <= 0
    page.locator(".tenants td").last.evaluate("(one) => { one.textContent = 'W'.repeat(200); }")
    assert list_beyond_its_card(page) > 0, "what is cut is noticed"


def list_beyond_its_card(page: Page) -> float:
    """Pixels of the list that its card cuts off."""
    width = "(one) => one.getBoundingClientRect().width"
    return page.locator(".tenants").evaluate(width) - page.locator(".tenants-scroll").evaluate(width)


@pytest.mark.parametrize("story", ["champion_left", "new_customer", "slow_slide"])
def test_the_review_fills_two_sheets_of_a4(visit, site, story):
    page = visit(f"/tenants/{story_tenant(site, story)}/qbr")
    assert_fits_its_sheets(page)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2
    for box in re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", printed):
        _, _, width, height = map(float, box.split())
        assert (round(width), round(height)) in {(595, 842), (596, 842), (595, 841)}


def test_a_review_with_as_much_as_there_may_be_is_cut_nowhere(visit, troubled_site):
    page = visit("/tenants/anna/qbr?quarter=2026-Q1&notes=1", site=troubled_site)
    expect(page.locator(".events li")).to_have_count(4)
    assert_fits_its_sheets(page)


def assert_fits_its_sheets(page: Page) -> None:
    """A sheet is as high as the paper and hides what is below: nothing may be."""
    page.emulate_media(media="print")
    cut = "(sheets) => sheets.map((one) => one.scrollHeight - one.clientHeight)"
    assert page.locator(".sheet").evaluate_all(cut) == [0, 0]


@pytest.mark.parametrize("name", ["portfolio", "tenant", "benchmarks-tenant"])
def test_paper_shows_the_content_and_not_the_controls(visit, site, name):
    (place,) = (one for one in FULL if one.name == name)
    page = visit(place.on(site), "admin")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()
    for controls in page.locator(".filters, .actions").all():
        expect(controls).to_be_hidden()
