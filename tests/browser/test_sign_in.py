"""In by password, out for good, and back to where one was."""

import re

from playwright.sync_api import Page, expect

from client_health.dashboard.context import COOKIE
from tests.browser.served import PASSWORD


def enter(page: Page, name: str, password: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_whoever_signs_in_gets_to_the_wanted_page(visit, site, watch):
    site.user("csm", "Sonja Sign", PASSWORD)
    page = visit("/?risk=HIGH", None)
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    watch.expect("/sign-in)")  # refused with a status that says so
    enter(page, "sonja.sign", "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("sonja.sign")
    enter(page, "sonja.sign", PASSWORD)
    expect(page).to_have_url(re.compile(r"/\?risk=HIGH$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Portfolio")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit, site):
    site.user("csm", "Cora Cookie", PASSWORD)
    page = visit("/", None)
    enter(page, "cora.cookie", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Portfolio")
    (cookie,) = (one for one in page.context.cookies() if one["name"] == COOKIE)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert COOKIE not in page.evaluate("document.cookie")


def test_signing_out_ends_the_session_and_nothing_is_left_to_go_back_to(visit, site):
    page = visit("/", "viewer")
    (cookie,) = (one for one in page.context.cookies() if one["name"] == COOKIE)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/sign-in$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/sign-in"))
    page.context.add_cookies([{"name": COOKIE, "value": cookie["value"], "url": site.address}])
    page.goto("/runs")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/runs$"))


def test_an_expired_session_leads_to_the_sign_in_page_in_the_middle_of_a_search(visit, site):
    page = visit("/", "viewer")
    site.end_sessions()
    page.get_by_role("searchbox").fill("linchpin")
    expect(page).to_have_url(re.compile(r"/sign-in"))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_no_page_can_be_framed_or_seen_without_signing_in(visit, site):
    page = visit("/users", None)
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/users$"))
    policy = page.request.get("/sign-in").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
