"""The pages about users and keys: everything by forms, secrets shown once, an admin always remains."""

import re

import pytest

from client_health.store import keys, users
from client_health.store.users import User
from tests.cast import Service, make_service
from tests.dashboard.signing import PASSWORD, Browser, add_user

pytestmark = pytest.mark.usefixtures("quick_passwords")
GENERATED = re.compile(r'class="secret-value">([^<]+)<')


@pytest.fixture
def service(tmp_path):
    made = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    add_user(made, "anna")
    yield made
    made.store.close()


@pytest.fixture
def admin(service):
    browser = Browser(service)
    browser.enter("anna")
    return browser


def user_of(service: Service, name: str) -> User:
    with service.store.read() as connection:
        found = users.by_name(connection, name)
    assert found is not None
    return found


def page_of(service: Service, name: str) -> str:
    return f"/users/{user_of(service, name).id}"


def with_provider(service: Service, name: str = "emil") -> User:
    with service.store.write() as connection:
        return users.add(connection, name, "Emil Ek", "csm", service.clock(), subject=f"issuer {name}")


def test_the_table_tells_who_may_sign_in_how_and_since_when(admin, service):
    add_user(service, "ben", "csm", must_change=True)
    dora = add_user(service, "dora", "viewer")
    with_provider(service)
    with service.store.write() as connection:
        users.disable(connection, dora.id, service.clock())
    page = admin.text("/users")
    rows = {
        re.search(r'row-link"[^>]*>([^<]+)', row)[1]: re.sub(r"<[^>]+>", " ", row)
        for row in re.findall(r"<tr data-row>.*?</tr>", page)
    }
    assert set(rows) == {"anna", "ben", "dora", "Emil Ek"}
    assert all(word in rows["anna"] for word in ("(you)", "admin", "Active", "2026-03-10 12:00 UTC"))
    assert all(word in rows["ben"] for word in ("csm", "First sign-in pending", "never"))
    assert "Disabled" in rows["dora"]
    assert "Identity provider" in rows["Emil Ek"]


def test_a_user_is_added_with_a_generated_password_that_is_shown_once(admin, service):
    page = admin.send("/users", name="Ben", display_name="Ben Carter", role="csm")
    assert page.status_code == 200
    password = GENERATED.search(page.text)[1]
    assert password not in admin.text("/users")
    assert user_of(service, "ben").must_change_password
    ben = Browser(service)
    assert ben.enter("ben", password).status_code == 303
    assert ben.open("/runs").headers["location"] == "/account"


def test_a_user_is_added_with_a_chosen_password_that_is_not_shown(admin, service):
    page = admin.send("/users", name="ben", role="viewer", password=PASSWORD)
    assert page.status_code == 200
    assert PASSWORD not in page.text
    assert user_of(service, "ben").must_change_password
    assert Browser(service).enter("ben").status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "anna"}, "There is a user"),
        ({"name": ""}, "1 to 100 visible characters"),
        ({"name": "ben carter"}, "no spaces"),
        ({"name": "ben", "password": "too-weak-1"}, "at least 12 characters"),
        ({"name": "ben", "display_name": "x" * 101}, "display name has at most"),
    ],
)
def test_what_cannot_be_added_is_told_in_place_and_what_was_typed_is_kept(admin, service, fields, said):
    page = admin.send("/users", role="viewer", **fields)
    assert page.status_code == 422
    assert said in page.text
    assert 'role="alert"' in page.text
    assert '<details class="card add" open>' in page.text
    assert f'name="name" value="{fields["name"]}"' in page.text
    assert "too-weak-1" not in page.text
    assert re.search(r'value="viewer" checked', page.text)


@pytest.mark.parametrize("role", ["root", "", "Admin"])
def test_a_role_that_does_not_exist_is_refused(admin, role):
    assert admin.send("/users", name="ben", role=role).status_code == 422


def test_a_role_holds_at_once(admin, service):
    add_user(service, "ben", "csm")
    ben = Browser(service)
    ben.enter("ben")
    assert ben.open("/users").status_code == 403
    page = page_of(service, "ben")
    assert admin.send(f"{page}/role", page=page, role="admin").headers["location"] == page
    assert ben.open("/users").status_code == 200


def test_the_last_admin_cannot_be_disabled_or_demoted_and_no_button_for_it_is_drawn(admin, service):
    page = page_of(service, "anna")
    shown = admin.text(page)
    assert "is the last admin" in shown
    assert f"{page}/disable" not in shown
    assert f"{page}/role" not in shown
    for path, fields in ((f"{page}/disable", {}), (f"{page}/role", {"role": "viewer"})):
        refused = admin.send(path, page=page, **fields)
        assert refused.status_code == 409
        assert "is the last admin" in refused.text
    assert user_of(service, "anna").role == "admin"
    add_user(service, "ben", "admin")
    assert f"{page}/disable" in admin.text(page)
    assert admin.send(f"{page}/role", page=page, role="csm").status_code == 303
    assert admin.open("/users").status_code == 403


def test_disabling_shuts_out_and_enabling_lets_in(admin, service):
    add_user(service, "ben", "csm")
    ben, page = Browser(service), page_of(service, "ben")
    ben.enter("ben")
    admin.send(f"{page}/disable", page=page)
    assert not ben.is_signed_in()
    assert "Disabled since" in admin.text(page)
    assert ben.enter("ben").status_code == 422
    admin.send(f"{page}/enable", page=page)
    assert ben.enter("ben").status_code == 303


def test_a_reset_shows_a_password_once_and_ends_the_sessions(admin, service):
    add_user(service, "ben", "csm")
    ben, page = Browser(service), page_of(service, "ben")
    ben.enter("ben")
    shown = admin.send(page)
    password = GENERATED.search(shown.text)[1]
    assert not ben.is_signed_in()
    assert ben.enter("ben").status_code == 422
    assert ben.enter("ben", password).status_code == 303
    assert password not in admin.text(page)
    refused = admin.send(page, password="short")
    assert refused.status_code == 422
    assert "at least 12 characters" in refused.text


def test_sessions_are_ended_by_an_admin(admin, service):
    add_user(service, "ben", "csm")
    ben, page = Browser(service), page_of(service, "ben")
    ben.enter("ben")
    assert "In 1 place" in admin.text(page)
    admin.send(f"{page}/sessions", page=page)
    assert not ben.is_signed_in()
    assert "Nowhere at present" in admin.text(page)


def test_of_a_user_of_the_identity_provider_neither_role_nor_password_is_changed_here(admin, service):
    page = f"/users/{with_provider(service).id}"
    shown = admin.text(page)
    assert "The identity provider decides" in shown
    assert "no password here" in shown
    assert f'action="{page}"' not in shown
    csrf = {"page": "/users"}
    assert admin.send(f"{page}/role", role="admin", **csrf).status_code == 409
    assert admin.send(page, **csrf).status_code == 409
    assert admin.send(f"{page}/disable", **csrf).status_code == 303


def test_a_user_who_is_not_there_is_404(admin):
    assert admin.open("/users/nobody").status_code == 404
    for action in ("", "/role", "/sessions", "/disable", "/enable"):
        assert admin.send(f"/users/nobody{action}", page="/users", role="csm").status_code == 404


def test_a_key_is_made_shown_once_and_revoked(admin, service):
    assert "There is no key yet" in admin.text("/users/keys")
    page = admin.send("/users/keys", name="portal <b>", role="csm")
    secret = GENERATED.search(page.text)[1]
    assert "portal &lt;b&gt;" in page.text
    with service.store.read() as connection:
        key = keys.verify(connection, secret, service.clock())
    assert (key.name, key.role) == ("portal <b>", "csm")
    assert secret not in admin.text("/users/keys")
    revoked = admin.send(f"/users/keys/{key.id}/revoke", page="/users/keys")
    assert revoked.headers["location"] == "/users/keys"
    assert "Revoked" in admin.text("/users/keys")
    with service.store.read() as connection:
        assert keys.verify(connection, secret, service.clock()) is None
    assert admin.send(f"/users/keys/{key.id}/revoke", page="/users/keys").status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_a_key_needs_a_name(admin, service, name):
    page = admin.send("/users/keys", name=name, role="viewer")
    assert page.status_code == 422
    assert "say who or what will use the key" in page.text.lower()
    with service.store.read() as connection:
        assert keys.all_keys(connection) == []


def test_ones_own_account_lists_sessions_and_ends_them(admin, service):
    others = [Browser(service) for _ in range(2)]
    for other, agent in zip(others, ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "curl/8"), strict=True):
        other.client.headers["User-Agent"] = agent
        other.enter("anna")
    page = admin.text("/account")
    assert "Firefox on Windows" in page
    assert page.count("<li>") == 3
    assert page.count("this one") == 1
    (first, *_) = re.findall(r"/account/sessions/(\w+)/end", page)
    admin.send(f"/account/sessions/{first}/end", page="/account")
    assert [other.is_signed_in() for other in others].count(True) == 1
    assert admin.send(f"/account/sessions/{first}/end", page="/account").status_code == 404
    admin.send("/account/sessions", page="/account")
    assert [other.is_signed_in() for other in others] == [False, False]
    assert admin.is_signed_in()


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "eight red plums", "eight red plums", "present password is wrong"),
        (PASSWORD, "eight red plums", "eight red pears", "passwords differ"),
        (PASSWORD, "short", "short", "at least 12"),
        (PASSWORD, PASSWORD, PASSWORD, "is the present one"),
    ],
)
def test_ones_own_password_is_changed_with_the_present_one_only(admin, old, new, again, said):
    page = admin.send("/account", old=old, new=new, again=again)
    assert page.status_code == 422
    assert said in page.text
    assert not any(f'"{secret}"' in page.text for secret in (old, new, again))


def test_guessing_the_present_password_has_a_limit(admin):
    for _ in range(5):
        assert admin.send("/account", old="wrong", new=PASSWORD, again=PASSWORD).status_code == 422
    assert admin.send("/account", old="wrong", new=PASSWORD, again=PASSWORD).status_code == 429


def test_what_admins_do_is_in_the_log_without_secrets(admin, service, capsys):
    made = GENERATED.search(admin.send("/users", name="ben", role="csm").text)[1]
    page = page_of(service, "ben")
    reset = GENERATED.search(admin.send(page).text)[1]
    admin.send(f"{page}/disable", page=page)
    secret = GENERATED.search(admin.send("/users/keys", name="portal", role="csm").text)[1]
    said = "".join(capsys.readouterr())
    for event in ("user added", "password reset", "user disabled", "key created"):
        assert re.search(rf"{event} .*by=anna", said), event
    for hidden in (made, reset, secret, admin.token):
        assert hidden not in said
