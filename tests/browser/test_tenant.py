"""What a CSM does on the page of a tenant, and what those who only read do not see there."""

import re

from playwright.sync_api import expect

from tests.browser.places import story_tenant

PATIENCE = 40_000  # a run reads every source, with pauses


def path(site, story="champion_left"):
    return f"/tenants/{story_tenant(site, story)}"


def test_recalculate_shows_progress_until_it_is_done(visit, site):
    page = visit(path(site), "csm")
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#job progress")).to_be_visible()
    expect(page.locator("#job .job.good")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#job progress")).to_have_count(0)
    page.reload()
    expect(page.locator(".as-of")).to_contain_text("provisional")


def test_a_viewer_is_shown_no_button_that_a_viewer_may_not_press(visit, site, watch):
    page = visit(path(site), "viewer")
    expect(page.get_by_role("button", name="Recalculate")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Alert level")).to_have_count(0)
    expect(page.get_by_role("button", name="Add")).to_have_count(0)
    watch.expect("403")
    token = page.locator("input[name=csrf]").first.input_value()
    answer = page.request.post(f"{path(site)}/recalculate", form={"csrf": token})
    assert answer.status == 403


def test_a_form_without_the_sessions_token_is_refused(visit, site, watch):
    watch.expect("403")
    page = visit(path(site), "csm")
    for token in ("", "x" * 43):
        assert page.request.post(f"{path(site)}/recalculate", form={"csrf": token}).status == 403


def test_a_note_stands_in_the_list_and_in_the_history_until_it_is_removed(visit, site):
    page = visit(path(site, "slow_slide"), "csm")
    notes = page.locator("#notes")
    notes.get_by_label("Kind").select_option("call")
    notes.get_by_label("Text").fill("Asked for <b>training</b>")
    notes.get_by_role("button", name="Add").click()
    expect(page.locator("#notes li")).to_contain_text("Asked for <b>training</b>")
    mark = page.get_by_role("list", name="Marks in the chart").get_by_role("listitem")
    expect(mark.filter(has_text="Asked for <b>training</b>")).to_have_count(1)
    page.locator("#notes").get_by_role("button", name=re.compile("Remove")).click()
    expect(page.locator("#notes li")).to_have_count(0)


def test_the_alert_level_is_kept_with_who_set_it(visit, site):
    page = visit(path(site, "ticket_storm"), "csm")
    page.get_by_role("combobox", name="Alert level").select_option("PROACTIVE")
    page.get_by_role("button", name="Set the alert level").click()
    expect(page.get_by_text("set by Carl Kaya")).to_be_visible()
    expect(page.get_by_role("combobox", name="Alert level")).to_have_value("PROACTIVE")


def test_the_history_is_read_out_by_arrow_keys_and_by_pointing(visit, site):
    page = visit(path(site))
    reader, told = page.get_by_role("slider", name="Score by date"), page.locator(".read-out")
    reader.focus()
    expect(told).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d: \d+, "))
    latest = told.inner_text()
    reader.press("ArrowLeft")
    expect(told).not_to_have_text(latest)
    assert reader.get_attribute("aria-valuetext") == told.inner_text()
    reader.press("End")
    expect(told).to_have_text(latest)
    reader.hover(position={"x": 400, "y": 40})
    expect(told).to_have_text(re.compile(r"^\d{4}"))


def test_the_length_of_the_history_is_in_the_address(visit, site):
    page = visit(path(site))
    page.get_by_role("navigation", name="Length of the history").get_by_role("link", name="30 d").click()
    expect(page).to_have_url(re.compile("days=30"))
    expect(page.get_by_role("link", name="30 d", exact=True)).to_have_attribute("aria-current", "true")


def test_a_tenant_leads_to_its_benchmarks_and_its_review_page(visit, site):
    page = visit(path(site))
    page.get_by_role("link", name="All measures and other groups").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Peer benchmarks")
    expect(page.locator(".page-head")).to_contain_text("Linchpin Robotics against")
    page.get_by_role("link", name=re.compile("employees")).first.click()
    expect(page.locator(".cohorts [aria-current]")).to_contain_text("employees")
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="QBR page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Linchpin Robotics")
