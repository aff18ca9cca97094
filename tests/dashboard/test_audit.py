"""The audit log by the dashboard: what is noted, and the page that shows it."""

import re

import pytest

from client_health.accounts.sign_in import NOBODY
from client_health.store import audit_pages, runs
from client_health.store.audit_pages import Filters
from tests.cast import CONFIG, MONDAY, Service, make_service
from tests.dashboard.signing import PASSWORD, Browser, add_user
from tests.dashboard.test_access import LOWEST
from tests.dashboard.visitors import visit

# What each form leaves; a new one is added here, or a test fails.
NOTED = {
    "/sign-in": "user.signed_in",
    "/sign-out": "user.signed_out",
    "/account": "user.password_changed",
    "/account/sessions": "user.sessions_ended",
    "/account/sessions/{session_id}/end": "user.sessions_ended",
    "/runs": "run.requested",
    "/runs/{run_id}/cancel": "run.cancelled",
    "/runs/{run_id}/accept": "run.accepted",
    "/scorecards/draft": "scorecards.published",
    "/tenants/{tenant_id:path}/recalculate": "run.requested",
    "/tenants/{tenant_id:path}/alert-level": "alert_level.changed",
    "/tenants/{tenant_id:path}/owner": "owner.assigned",
    "/tenants/{tenant_id:path}/notes": "note.written",
    "/tenants/{tenant_id:path}/notes/{note}/remove": "note.removed",
    "/users": "user.added",
    "/users/{user_id}": "user.password_reset",
    "/users/{user_id}/role": "user.role_changed",
    "/users/{user_id}/sessions": "user.sessions_ended",
    "/users/{user_id}/disable": "user.disabled",
    "/users/{user_id}/enable": "user.enabled",
    "/users/keys": "key.created",
    "/users/keys/{key_id}/revoke": "key.revoked",
    "/users/keys/{key_id}/rotate": "key.rotated",
}
ONE_BROWSERS_LOOKS = {"/theme", "/keys", "/rows"}


@pytest.fixture
def service(tmp_path):
    made = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", CONFIG)
    made.night(MONDAY)
    yield made
    made.store.close()


@pytest.fixture
def admin(service) -> Browser:
    add_user(service, "anna")
    browser = Browser(service)
    browser.enter("anna")
    return browser


def entries(service: Service) -> list[audit_pages.Entry]:
    with service.store.read() as connection:
        return list(audit_pages.page(connection, Filters(), 200).entries)


def since(service: Service, known: int) -> list[tuple[str, str | None]]:
    """What was noted after the first `known` entries, the oldest first."""
    return [(one.action, one.target) for one in entries(service)[::-1][known:]]


def test_every_form_that_changes_something_is_noted():
    forms = {path for method, path in LOWEST if method == "POST"}
    assert forms == set(NOTED) | ONE_BROWSERS_LOOKS


def test_what_is_done_to_a_tenant_is_noted_without_the_words_of_notes(service, admin):
    known, page = len(entries(service)), "/tenants/anna"
    admin.send(f"{page}/alert-level", page, level="PROACTIVE")
    admin.send(f"{page}/owner", page, owner="Grace")
    admin.send(f"{page}/notes", page, kind="call", day="2026-03-01", text="they are leaving")
    admin.send(f"{page}/notes/1/remove", page)
    admin.send(f"{page}/recalculate", page)
    found = since(service, known)
    with service.store.read() as connection:
        (run,) = runs.with_status(connection, ["queued"])
    assert found == [
        ("alert_level.changed", "anna"),
        ("owner.assigned", "anna"),
        ("note.written", "anna"),
        ("note.removed", "anna"),
        ("run.requested", run.id),
    ]
    assert "leaving" not in str(entries(service))
    assert {(one.actor, one.actor_kind, one.address) for one in entries(service)[:5]} == {
        ("anna", "user", "testclient")
    }


def test_runs_are_noted(service, admin):
    known = len(entries(service))
    run = admin.send("/runs").headers["location"].rpartition("/")[2]
    admin.send(f"/runs/{run}/cancel", f"/runs/{run}")
    assert since(service, known) == [("run.requested", run), ("run.cancelled", run)]


def test_users_and_keys_are_noted_without_passwords_and_secrets(service, admin):
    known = len(entries(service))
    page = admin.send("/users", name="ben", role="csm")
    password = re.search(r'secret-value">([^<]+)<', page.text)[1]
    ben = re.search(r'href="(/users/[0-9a-f]{32})">ben<', admin.open("/users").text)[1]
    admin.send(f"{ben}/role", ben, role="viewer")
    admin.send(ben, ben)
    admin.send(f"{ben}/sessions", ben)
    admin.send(f"{ben}/disable", ben)
    admin.send(f"{ben}/enable", ben)
    secret = re.search(r"ch_[\w-]{43}", admin.send("/users/keys", name="portal", role="csm").text)[0]
    assert [one[0] for one in since(service, known)] == [
        "user.added",
        "user.role_changed",
        "user.password_reset",
        "user.sessions_ended",
        "user.disabled",
        "user.enabled",
        "key.created",
    ]
    assert {one[1] for one in since(service, known)[:6]} == {"ben"}
    assert password not in str(entries(service))
    assert secret not in str(entries(service))


def test_signing_in_and_out_is_noted_and_guessing_once(service):
    add_user(service, "anna")
    known, browser = len(entries(service)), Browser(service)
    browser.enter("anna")
    browser.send("/account", old=PASSWORD, new="nine blue pears", again="nine blue pears")
    browser.send("/sign-out", page="/account")
    for _ in range(8):
        browser.enter("anna", "wrong")
    assert since(service, known) == [
        ("user.signed_in", "anna"),
        ("user.password_changed", "anna"),
        ("user.signed_out", "anna"),
        ("sign_in.refused", "anna"),
    ]
    refused = entries(service)[0]
    assert (refused.actor, refused.address) == (NOBODY, "testclient")


def test_who_reads_the_export_is_noted(service):
    client, known = visit(service, "viewer"), len(entries(service))
    assert client.get("/portfolio.csv").status_code == 200
    assert since(service, known) == [("export.read", "portfolio")]
    assert entries(service)[0].actor == "anna-viewer"


def test_the_page_shows_who_did_what_and_filters_it(service, admin):
    admin.send("/tenants/anna/owner", "/tenants/anna", owner="<b>Grace</b>")
    text = admin.text("/audit")
    assert "Owner assigned" in text
    assert "&lt;b&gt;Grace&lt;/b&gt;" in text
    filtered = admin.text("/audit?action=user.signed_in&actor=anna&from=2026-03-10&to=2026-03-10")
    assert "Owner assigned</td>" not in filtered
    assert "User signed in</td>" in filtered
    assert "No entry fits" in admin.text("/audit?actor=nobody")
    assert "User signed in</td>" in admin.text("/audit?actor=&action=&from=&to=")
    for wrong in ("action=key.stolen", "from=x", "before=x", "to=9999-12-31"):
        assert admin.open(f"/audit?{wrong}").status_code == 422


def test_older_entries_are_on_the_next_page_under_the_same_filters(service, admin):
    for number in range(60):
        admin.send("/tenants/anna/owner", "/tenants/anna", owner=f"Owner {number}")
    first = admin.text("/audit?actor=anna&action=owner.assigned")
    assert first.count("Owner assigned</td>") == 50
    older = re.search(r'href="(/audit\?[^"]*before=[^"]+)"', first)[1].replace("&amp;", "&")
    assert "action=owner.assigned" in older
    second = admin.text(older)
    assert second.count("Owner assigned</td>") == 10
    assert "Owner 0</b>" in second


def test_only_admins_are_shown_the_way_to_it(service):
    assert 'href="/audit"' in visit(service, "admin").get("/runs").text
    assert 'href="/audit"' not in visit(service, "csm").get("/runs").text


def test_a_key_is_replaced_by_a_button_and_both_work_for_a_day(service, admin):
    made = admin.send("/users/keys", name="portal", role="csm", expires="30d")
    assert "Expires in 30 days" in made.text
    old = re.search(r"/users/keys/(\w+)/rotate", made.text)[1]
    page = admin.send(f"/users/keys/{old}/rotate", "/users/keys", overlap="24h")
    assert re.search(r"ch_[\w-]{43}", page.text)
    assert "Expires in 1 day<" in page.text
    assert "Expires in 30 days" in page.text
    assert "ch_" not in admin.text("/users/keys")
    gone = admin.send("/users/keys/none/rotate", "/users/keys")
    assert gone.status_code == 404
    assert admin.send("/users/keys", name="x", role="csm", expires="1y").status_code == 422
