"""What a CSM does every morning: search, filter, sort, take the list along, walk it by keys."""

import csv
import re

from playwright.sync_api import Page, expect

from tests.browser.places import story_tenant

FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, [tabindex='0']")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled).length"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  window.reached = window.reached || new Set();
  window.reached.add(one);
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  return { name: one.outerHTML.slice(0, 120), seen, count: window.reached.size };
}"""


def rows(page: Page):
    return page.locator("tr[data-row]")


def choice(page: Page, name: str):
    return page.locator(f"#filters select[name={name}]")


def names(page: Page) -> list[str]:
    return rows(page).locator("th a").all_inner_texts()


def test_search_narrows_while_typing_keeps_the_focus_and_the_address_follows(visit):
    page = visit("/")
    box, entries = page.get_by_role("searchbox"), page.evaluate("history.length")
    box.press_sequentially("linchpin", delay=30)
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?search=linchpin"))
    expect(box).to_be_focused()
    expect(box).to_have_value("linchpin")
    box.press("Tab")
    page.wait_for_timeout(400)  # leaving the field sends nothing a second time
    assert page.evaluate("history.length") <= entries + 1


def test_back_leads_to_the_step_before_not_to_each_letter(visit):
    page = visit("/")
    page.get_by_role("link", name="Tenant", exact=True).click()
    expect(page).to_have_url(re.compile("sort=name"))
    page.get_by_role("searchbox").press_sequentially("linchpin", delay=30)
    expect(rows(page)).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(rows(page)).to_have_count(50)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_a_search_without_a_match_says_so_and_how_to_go_on(visit):
    page = visit("/")
    page.get_by_role("searchbox").fill("nobody has this name")
    expect(page.get_by_role("heading", name="No tenant matches")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="Clear filters").click()
    expect(rows(page).first).to_be_visible()


def test_every_count_is_a_filter(visit):
    page = visit("/")
    tile = page.locator("#tile-high")
    count = int(tile.locator(".kpi").inner_text())
    assert count
    tile.click()
    expect(page).to_have_url(re.compile(r"risk=HIGH"))
    expect(rows(page)).to_have_count(count)
    assert rows(page).locator(".badge.risk-high").count() == count
    expect(page.locator("#tile-high")).to_have_attribute("aria-current", "true")
    expect(choice(page, "risk")).to_have_value("HIGH")
    page.go_back()
    expect(page.locator("#tile-all")).to_have_attribute("aria-current", "true")
    expect(choice(page, "risk")).to_have_value("")


def test_filters_combine_and_a_shared_address_shows_the_same(visit):
    page = visit("/")
    choice(page, "segment").select_option("SMB")
    expect(page).to_have_url(re.compile("segment=SMB"))
    choice(page, "trend").select_option("STABLE")
    expect(page).to_have_url(re.compile("segment=SMB&trend=STABLE|trend=STABLE&segment=SMB"))
    expect(page.locator("#results.htmx-request")).to_have_count(0)
    shared = visit(page.url.removeprefix(page.evaluate("location.origin")))
    expect(choice(shared, "segment")).to_have_value("SMB")
    assert names(shared) == names(page)


def test_a_head_sorts_and_says_so(visit):
    page = visit("/")
    assert page.get_by_role("columnheader", name="7 d").get_attribute("aria-sort") == "ascending"
    page.get_by_role("link", name="Tenant", exact=True).click()
    head = page.get_by_role("columnheader", name="Tenant")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert names(page) == sorted(names(page), key=str.lower)
    expect(page.locator("#sort-name")).to_be_focused()
    page.get_by_role("link", name="Tenant", exact=True).click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert names(page) == sorted(names(page), key=str.lower, reverse=True)


def test_the_list_goes_on_to_further_pages(visit):
    page = visit("/")
    first = names(page)
    assert len(first) == 50
    page.get_by_role("link", name="Next 50").click()
    expect(rows(page)).not_to_have_count(50)
    assert not set(first) & set(names(page))
    page.get_by_role("link", name="First", exact=True).click()
    expect(rows(page)).to_have_count(50)
    assert names(page) == first


def test_the_file_holds_what_is_filtered(visit):
    page = visit("/?risk=HIGH")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert re.fullmatch(r"portfolio-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert sorted(next(iter(line.values())) for line in lines) or lines
    assert {name for line in lines for name in line.values()} >= set(names(page))
    assert len(lines) == rows(page).count()


def test_keys_search_walk_and_open(visit):
    page = visit("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.get_by_role("searchbox")).to_have_value("j?")
    expect(rows(page)).to_have_count(0)
    page.get_by_role("searchbox").fill("")
    expect(rows(page)).to_have_count(50)
    page.locator("main").focus()
    page.keyboard.press("j")
    expect(rows(page).nth(0).locator("th a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows(page).nth(1).locator("th a")).to_be_focused()
    name = names(page)[1]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_keys_are_listed_and_can_be_switched_off(visit):
    page = visit("/?risk=HIGH")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Turn shortcuts off").click()
    expect(page.locator("body")).to_have_attribute("data-keys", "off")
    expect(page).to_have_url(re.compile(r"risk=HIGH"))
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")


def test_the_tab_key_alone_reaches_everything_and_shows_where_it_is(visit):
    page = visit("/?risk=HIGH")
    wanted = page.evaluate(FOCUSABLE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    found = {"count": 0}
    for _ in range(wanted + 5):
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        assert found["seen"], found
        reached = found["count"]
        page.keyboard.press("Tab")
    assert reached >= wanted


def test_a_manager_sees_the_own_tenants_first(visit, site):
    with site.store.read() as connection:
        owner = (
            connection.exec_driver_sql("select owner from tenants where owner is not null").scalars().first()
        )
    page = visit("/", "csm", name=owner)
    own = page.get_by_role("link", name=re.compile(r"My tenants \d+"))
    expect(own).to_have_attribute("aria-current", "true")
    assert set(rows(page).locator(".person").all_inner_texts()) != set()
    for text in rows(page).locator(".person").all_inner_texts():
        assert owner in text
    page.get_by_role("link", name=re.compile(r"^All \d+")).first.click()
    expect(rows(page)).to_have_count(50)


def test_a_row_leads_to_its_tenant_and_back_leads_to_the_same_list(visit, site):
    page = visit("/?search=linchpin")
    rows(page).first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/tenants/{story_tenant(site)}$"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("linchpin")
    expect(rows(page)).to_have_count(1)
