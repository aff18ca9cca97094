"""An admin changes what is scored: the sum while typing, what is wrong, the replay, the publication."""

import re

from playwright.sync_api import Page, expect

from tests.browser.places import story_tenant

PATIENCE = 60_000  # a publication scores the whole history anew


def weigh(page: Page, **weights: str) -> None:
    """Set weights by names of components; leaving a field is part of it."""
    for name, weight in weights.items():
        part = page.get_by_role("group", name=name.replace("_", " "), exact=True)
        part.get_by_label("Weight, %").fill(weight)
        part.get_by_label("Weight, %").press("Tab")


def test_a_draft_is_checked_replayed_published_and_marked_in_the_history(visit, site):
    page = visit("/scorecards", "admin")
    page.get_by_role("link", name="Edit", exact=True).click()
    total = page.locator("#sum")
    expect(total).to_contain_text("100%")
    weigh(page, Login_activity="30")
    expect(total).to_contain_text("110%: must be 100%")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("100")
    expect(page.get_by_role("group", name="Login activity").get_by_label("Weight, %")).to_have_value("30")

    weigh(page, Case_resolution="15")
    expect(total).to_contain_text("100%")
    page.get_by_label(re.compile("^Replay")).fill("14")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#answer")).to_contain_text("14 stored days", timeout=PATIENCE)
    assert page.locator("#answer svg[role=img]").count() >= 2  # before and after

    page.get_by_label("Why it changes").fill("Logins tell more than cases")
    page.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+"))
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=PATIENCE)

    page.goto("/scorecards")
    version = page.locator("table.versions tbody tr").first
    expect(version).to_contain_text("In force")
    expect(version).to_contain_text("Logins tell more than cases")
    expect(version).to_contain_text("anna.admin")
    page.goto(f"/tenants/{story_tenant(site)}?view=reported")
    expect(page.locator(".as-of")).to_contain_text("default v2")
    page.get_by_role("button", name="Recalculate").click()  # the first date that v2 is the first to tell
    expect(page.locator("#job .job.good")).to_be_visible(timeout=PATIENCE)
    page.reload()
    marks = page.get_by_role("list", name="Marks in the chart")
    expect(marks).to_contain_text("default v1 → default v2")


def test_what_is_wrong_stands_at_its_field_and_nothing_that_was_typed_is_lost(visit):
    page = visit("/scorecards/edit", "admin")
    part = page.get_by_role("group", name="Support tickets", exact=True)
    part.get_by_role("textbox", name="Curve").fill("0 100\nten 0")
    part.get_by_label("Measure", exact=True).fill("tickets of all kinds")
    page.get_by_role("button", name="Check").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    part = page.get_by_role("group", name="Support tickets", exact=True)
    expect(part.get_by_role("textbox", name="Curve")).to_have_value("0 100\nten 0")
    expect(part.get_by_role("textbox", name="Curve")).to_have_attribute("aria-invalid", "true")
    alert.get_by_role("link", name=re.compile("curve")).first.click()
    expect(part.get_by_role("textbox", name="Curve")).to_be_focused()


def test_components_come_and_go_and_weights_are_normalised(visit):
    page = visit("/scorecards/edit", "admin")
    page.get_by_role("button", name="Add a component").click()
    expect(page.locator("fieldset.part")).to_have_count(6)
    page.get_by_role("button", name="Remove Support tickets").click()
    expect(page.locator("fieldset.part")).to_have_count(5)
    weigh(page, New_component="15")
    page.get_by_role("button", name="Normalise").click()
    expect(page.locator("#sum")).to_contain_text("100%")


def test_only_an_admin_edits(visit, watch):
    page = visit("/scorecards", "csm")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    watch.expect("403")
    page.goto("/scorecards/edit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
