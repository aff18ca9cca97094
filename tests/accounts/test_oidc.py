"""Signing in by a real identity provider, from the button to the session, and whatever must not work."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from client_health.app.web import create_app
from client_health.dashboard.context import COOKIE
from client_health.instants import utc_now
from client_health.store import users
from client_health.store.users import User
from tests.accounts.providing import PUBLIC_URL, SECRET, IdentityProvider
from tests.cast import CONFIG, Service, make_service

OIDC = f"""
[web]
public_url = "{PUBLIC_URL}"
[oidc]
issuer = "{{issuer}}"
client_id = "client-health"
client_secret = "${{OIDC_SECRET}}"
scopes = "openid profile email roles"
roles = {{ "cs-admins" = "admin", "cs-team" = "csm" }}
label = "Sign in with Example"
"""
FAULTS = (
    "wrong nonce",
    "no nonce",
    "wrong audience",
    "wrong issuer",
    "wrong access token",
    "expired",
    "from the future",
    "unknown key",
    "not signed",
    "signed with our secret",
)


class Browser:
    """A browser at our pages. `late` is how far our clock is ahead."""

    def __init__(self, service: Service) -> None:
        self.late = timedelta(0)
        self.service = service
        app = create_app(service.store, service.settings, lambda: utc_now() + self.late)
        self.client = TestClient(app, base_url=PUBLIC_URL, follow_redirects=False)

    def depart(self, path: str = "/sign-in/oidc") -> str:
        """Press the button; returns the provider's address that it leads to."""
        page = self.client.get(path)
        assert page.status_code == 303, page.text
        return page.headers["location"]

    def arrive(self, callback: str) -> Response:
        """Come back from the provider."""
        return self.client.get(callback)

    def sign_in(self, provider: IdentityProvider, person: str, path: str = "/sign-in/oidc") -> Response:
        """The whole way."""
        return self.arrive(provider.sign_in(self.depart(path), person))

    def is_signed_in(self) -> bool:
        """Whether the account page opens."""
        return self.client.get("/account").status_code == 200

    def users(self) -> dict[str, User]:
        """The users of the service by name."""
        with self.service.store.read() as connection:
            return {user.name: user for user in users.all_users(connection)}


def service_with(folder: Path, issuer: str, more: str = "") -> Service:
    config = CONFIG + OIDC.replace("{issuer}", issuer) + more
    return make_service(folder, f"sqlite:///{folder / 'store.db'}", config)


@pytest.fixture
def browser(provider: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    service = service_with(tmp_path, provider.issuer)
    yield Browser(service)
    service.store.close()


def assert_refused(page: Response, browser: Browser, words: str, status: int = 403) -> None:
    assert page.status_code == status, page.text
    assert words in page.text
    assert 'role="alert"' in page.text
    assert "Traceback" not in page.text
    assert SECRET not in page.text
    assert COOKIE not in page.headers.get("set-cookie", "")
    assert not browser.is_signed_in()


def test_the_page_offers_it_beside_the_password_with_the_label_of_the_settings(browser):
    page = browser.client.get("/sign-in?next=/runs").text
    assert "Sign in with Example" in page
    assert 'href="/sign-in/oidc?next=/runs"' in page
    assert 'name="password"' in page


def test_the_browser_is_sent_with_pkce_state_and_nonce_and_no_secret(browser):
    address = urlsplit(browser.depart())
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/sign-in/callback"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert not {"client_secret", "code_verifier"} & set(asked)


def test_the_ticket_is_for_this_browser_and_these_minutes(browser):
    cookie = browser.client.get("/sign-in/oidc").headers["set-cookie"].lower()
    assert {"httponly", "secure", "samesite=lax", "max-age=600", "path=/sign-in"} <= set(cookie.split("; "))


def test_a_first_sign_in_makes_the_user_with_the_role_of_the_claim(browser, provider):
    page = browser.sign_in(provider, "anna", "/sign-in/oidc?next=/runs%3Fpage%3D2")
    assert (page.status_code, page.headers["location"]) == (303, "/runs?page=2")
    assert browser.is_signed_in()
    user = browser.users()["anna"]
    assert (user.display_name, user.role, user.password_hash) == ("Anna Berger", "admin", None)
    assert user.subject == f"{provider.issuer} anna"


def test_a_second_sign_in_is_the_same_user_and_the_role_follows_the_claim(browser, provider):
    browser.sign_in(provider, "ben")
    first = browser.users()["ben"]
    with browser.service.store.write() as connection:
        users.change(connection, first.id, role="admin", display_name="Old Name")
    browser.sign_in(provider, "ben")
    assert [user.name for user in browser.users().values()] == ["ben"]
    assert (browser.users()["ben"].role, browser.users()["ben"].display_name) == ("csm", "Ben Carter")


def test_a_claim_that_is_one_text_is_understood_and_the_address_is_the_name_without_a_better_one(
    browser, provider
):
    browser.sign_in(provider, "dora")
    assert browser.users()["dora@example.com"].role == "csm"


def test_a_local_user_of_the_same_name_is_left_alone(browser, provider):
    with browser.service.store.write() as connection:
        users.add(connection, "ben", "Ben of the Passwords", "admin", utc_now(), "hash")
    browser.sign_in(provider, "ben")
    found = browser.users()
    assert (found["ben"].subject, found["ben"].display_name) == (None, "Ben of the Passwords")
    assert (found["ben#2"].role, found["ben#2"].subject) == ("csm", f"{provider.issuer} ben")


def test_who_has_no_mapped_role_stays_out_and_no_user_is_made(browser, provider):
    assert_refused(browser.sign_in(provider, "clara"), browser, "you have no role here")
    assert browser.users() == {}


def test_a_default_role_lets_them_in(provider, tmp_path, monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    browser = Browser(service_with(tmp_path, provider.issuer, 'default_role = "viewer"'))
    assert browser.sign_in(provider, "clara").status_code == 303
    assert browser.users()["clara"].role == "viewer"


def test_a_disabled_user_stays_out(browser, provider):
    browser.sign_in(provider, "ben")
    with browser.service.store.write() as connection:
        users.disable(connection, browser.users()["ben"].id, utc_now())
    assert not browser.is_signed_in()
    assert_refused(browser.sign_in(provider, "ben"), browser, "disabled here")


@pytest.mark.parametrize("fault", FAULTS)
def test_an_id_token_that_is_not_right_is_refused(browser, provider, fault):
    provider.answer_wrongly(fault)
    assert_refused(browser.sign_in(provider, "anna"), browser, "cannot be trusted")
    assert browser.users() == {}


def test_an_answer_without_an_id_token_is_refused(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    provider.answer_wrongly("no id token")
    assert_refused(browser.arrive(callback), browser, "does not answer as it should", 503)


def test_details_of_another_person_are_not_believed(browser, provider):
    provider.answer_wrongly("another person")
    assert_refused(browser.sign_in(provider, "clara"), browser, "you have no role here")


def test_a_new_key_of_the_provider_is_fetched(browser, provider):
    assert browser.sign_in(provider, "anna").status_code == 303
    provider.answer_wrongly("new key")
    assert browser.sign_in(provider, "anna").status_code == 303


def test_a_token_that_is_expired_by_our_clock_is_refused(browser, provider):
    address = browser.depart()
    browser.late = timedelta(minutes=5)
    page = browser.arrive(provider.sign_in(address, "anna"))
    assert_refused(page, browser, "cannot be trusted")


def test_after_ten_minutes_one_begins_again(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    browser.late = timedelta(minutes=11)
    assert_refused(browser.arrive(callback), browser, "took longer than ten minutes")


def test_another_browser_cannot_use_the_answer(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    stranger = Browser(browser.service)
    assert_refused(stranger.arrive(callback), stranger, "was not begun in this browser")
    stranger.depart()
    assert_refused(stranger.arrive(callback), stranger, "was not begun in this browser")


def test_an_answer_works_once(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    assert browser.arrive(callback).status_code == 303
    browser.client.cookies.delete(COOKIE)
    assert_refused(browser.arrive(callback), browser, "was not begun in this browser")


def test_a_ticket_that_somebody_wrote_themselves_is_refused(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    name = "client_health_ticket"
    ticket = browser.client.cookies[name]
    browser.client.cookies.clear()
    browser.client.cookies.set(name, ticket[:-4] + "AAAA", path="/sign-in")
    assert_refused(browser.arrive(callback), browser, "was not begun in this browser")


def test_another_state_or_another_issuer_in_the_answer_is_refused(browser, provider):
    callback = provider.sign_in(browser.depart(), "anna")
    state = parse_qs(urlsplit(callback).query)["state"][0]
    assert_refused(
        browser.arrive(callback.replace(state, "x" * 32)), browser, "was not begun in this browser"
    )
    callback = provider.sign_in(browser.depart(), "anna")
    elsewhere = callback.replace("iss=http%3A", "iss=https%3A")
    assert elsewhere != callback
    assert_refused(browser.arrive(elsewhere), browser, "Another identity provider")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("access_denied", "(access_denied)"),
        ("<script>alert(1)</script>", "did not sign you in."),
        ("", "you in."),
    ],
)
def test_a_refusal_of_the_provider_is_told_and_nothing_that_it_could_smuggle_in(browser, error, shown):
    state = parse_qs(urlsplit(browser.depart()).query)["state"][0]
    page = browser.client.get(
        "/sign-in/callback", params={"state": state, "error": error, "error_description": "call 555"}
    )
    assert_refused(page, browser, shown)
    assert "<script>alert" not in page.text
    assert "555" not in page.text


def test_a_provider_that_is_down_is_a_clear_page_on_the_way_there_and_back(browser, provider):
    provider.answer_wrongly("down")
    assert_refused(browser.client.get("/sign-in/oidc"), browser, "does not answer as it should", 503)
    provider.answer_wrongly(None)
    callback = provider.sign_in(browser.depart(), "anna")
    provider.answer_wrongly("down")
    assert_refused(browser.arrive(callback), browser, "does not answer as it should", 503)
    provider.answer_wrongly(None)
    assert browser.sign_in(provider, "anna").status_code == 303


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "{issuer}/", "{issuer}/nothing"])
def test_an_issuer_that_is_not_there_or_calls_itself_otherwise_is_a_clear_page(
    provider, tmp_path, monkeypatch, issuer
):
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    browser = Browser(service_with(tmp_path, issuer.replace("{issuer}", provider.issuer)))
    assert_refused(browser.client.get("/sign-in/oidc"), browser, "does not answer as it should", 503)


def test_a_secret_that_is_not_set_is_for_the_log_and_not_for_visitors(browser, provider, monkeypatch, capsys):
    monkeypatch.delenv("OIDC_SECRET")
    page = browser.client.get("/sign-in/oidc")
    assert_refused(page, browser, "not set up correctly", 503)
    assert "OIDC_SECRET" not in page.text
    assert "OIDC_SECRET is not set" in capsys.readouterr().out


def test_a_wrong_secret_is_a_clear_page(browser, provider, monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", "guessed")
    assert_refused(browser.sign_in(provider, "anna"), browser, "does not answer as it should", 503)


@pytest.mark.parametrize("back", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com"])
def test_nobody_is_sent_elsewhere_afterwards(browser, provider, back):
    page = browser.sign_in(provider, "anna", f"/sign-in/oidc?next={back}")
    assert page.headers["location"] == "/"


def test_tokens_codes_and_secrets_are_in_no_log(browser, provider, capsys):
    callback = provider.sign_in(browser.depart(), "anna")
    page = browser.arrive(callback)
    provider.answer_wrongly("wrong nonce")
    browser.sign_in(provider, "anna")
    said = "".join(capsys.readouterr())
    assert "signed in" in said
    assert "ID token refused" in said
    code = parse_qs(urlsplit(callback).query)["code"][0]
    for secret in (SECRET, code, page.cookies[COOKIE], "eyJ"):
        assert secret not in said
