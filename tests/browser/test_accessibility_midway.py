"""Pages in the middle of something, by axe: a refusal, a secret, a message, a replay, a first password."""

import re

from playwright.sync_api import expect

from client_health.store import users
from tests.browser.places import story_tenant
from tests.browser.served import PASSWORD
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_scorecards import PATIENCE, weigh
from tests.browser.test_sign_in import enter


def test_a_refused_sign_in(visit, watch):
    page = visit("/sign-in", None)
    watch.expect("/sign-in)")
    enter(page, "nobody", "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def test_a_password_that_is_shown_once_and_a_name_that_is_taken(visit, watch):
    page = visit("/users", "admin")
    for _ in range(2):
        page.goto("/users")
        page.locator("summary", has_text="Add a user").click()
        page.get_by_label("User name").fill("midway")
        page.get_by_role("button", name="Add the user").click()
        expect(page.get_by_role("main")).to_contain_text("midway")
        assert_accessible(page)
        watch.expect("/users)")  # the second one is refused with a status that says so


def test_a_key_that_is_shown_once(visit):
    page = visit("/users/keys", "admin")
    page.locator("summary", has_text="Create a key").click()
    page.get_by_label("Who or what will use it").fill("portal")
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_role("main")).to_contain_text("ch_")
    assert_accessible(page)


def test_a_password_that_must_be_changed(visit, site):
    made = site.user("csm", "Nora New", PASSWORD)
    with site.store.write() as connection:
        users.change(connection, made.id, must_change_password=True)
    page = visit("/", None)
    enter(page, "nora.new", PASSWORD)
    expect(page).to_have_url(re.compile(r"/account$"))
    assert_accessible(page)


def test_a_message_about_what_a_role_may_no_longer_do(visit, site, watch):
    page = visit(f"/tenants/{story_tenant(site)}", "csm", name="Rita Role")
    rita = site.user("csm", "Rita Role")
    with site.store.write() as connection:
        users.change(connection, rita.id, role="viewer")
    watch.expect("403")
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#message")).to_contain_text("role csm")
    assert_accessible(page)


def test_a_replay_of_a_draft_and_what_is_wrong_with_another(visit):
    page = visit("/scorecards/edit", "admin")
    weigh(page, Login_activity="30", Case_resolution="15")
    page.get_by_label(re.compile("^Replay")).fill("14")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#answer")).to_contain_text("14 stored days", timeout=PATIENCE)
    assert_accessible(page)
    weigh(page, Login_activity="50")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("100")
    assert_accessible(page)
