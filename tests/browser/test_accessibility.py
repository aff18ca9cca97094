"""Every page by axe's rules of WCAG 2.2 AA and best practice: light and dark, full and empty."""

import pytest

from tests.browser.axe import violations
from tests.browser.places import EMPTY, FULL
from tests.browser.served import Site
from tests.browser.troubled import TROUBLED

OPEN_DETAILS = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def names(place):
    return place.name


@pytest.mark.parametrize("place", FULL, ids=names)
def test_a_page_has_no_violation(visit, site, watch, place):
    watch.expect("404 (Not Found)" if place.name == "not-found" else "nothing is expected")
    page = visit(place.on(site), place.role)
    assert_accessible(page)


@pytest.mark.parametrize("place", EMPTY, ids=names)
def test_a_page_without_data_has_no_violation(visit, empty_site: Site, place):
    page = visit(place.path, place.role, empty_site)
    assert_accessible(page)


@pytest.mark.parametrize("place", TROUBLED, ids=names)
def test_a_page_that_tells_of_trouble_has_no_violation(visit, troubled_site: Site, place):
    page = visit(place.on(troubled_site), place.role, troubled_site)
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("role", ["viewer", "csm"])
@pytest.mark.parametrize("name", ["tenant", "runs", "scorecards"])
def test_a_page_has_no_violation_for_those_who_may_do_less(visit, site, role, name):
    (place,) = (one for one in FULL if one.name == name)
    assert violations(visit(place.on(site), role)) == []


def test_the_list_of_shortcuts_has_no_violation(visit):
    page = visit("/")
    page.get_by_role("button", name="Shortcuts").click()
    assert page.get_by_role("dialog").is_visible()
    assert_accessible(page)


def assert_accessible(page):
    """In both colour schemes, with everything unfolded."""
    assert page.locator("h1").count() == 1
    page.evaluate(OPEN_DETAILS)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
