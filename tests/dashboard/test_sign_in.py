"""The sign-in page: sessions, cookies, forms of other sites, and whoever is sent away."""

import re
from datetime import timedelta

import pytest

from client_health.store import sessions, users
from tests.cast import CONFIG, make_service
from tests.dashboard.signing import PASSWORD, Browser, add_user, cookie_of, hidden_in

pytestmark = pytest.mark.usefixtures("quick_passwords")
FORM_COOKIE = "client_health_form"


@pytest.fixture
def service(tmp_path):
    made = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    add_user(made, "anna")
    yield made
    made.store.close()


@pytest.fixture
def browser(service):
    return Browser(service)


def later(service, wait: timedelta) -> None:
    then = service.clock() + wait
    service.clock = lambda: then


def test_a_page_sends_to_sign_in_and_the_form_back_to_the_page(browser):
    sent = browser.open("/account?x=1&y=2")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1%26y%3D2")
    page = browser.enter("anna", path=sent.headers["location"])
    assert (page.status_code, page.headers["location"]) == (303, "/account?x=1&y=2")
    assert browser.is_signed_in()


def test_a_wrong_password_is_told_in_place_and_the_name_is_kept(browser):
    page = browser.enter("anna", "wrong")
    assert page.status_code == 422
    assert '<p class="message" id="fault" role="alert">' in page.text
    assert "Name or password is wrong." in page.text
    assert 'value="anna"' in page.text
    assert browser.token is None


def test_too_many_attempts_say_how_long_to_wait(browser, service):
    for _ in range(5):
        browser.enter("anna", "wrong")
    page = browser.enter("anna")
    assert (page.status_code, page.headers["retry-after"]) == (429, "900")
    assert "Too many attempts. Wait 15 minutes" in page.text
    later(service, timedelta(minutes=15))
    assert browser.enter("anna").status_code == 303


def test_the_form_works_for_people_and_password_managers(browser):
    page = browser.text("/sign-in")
    assert page.count("<h1") == 1
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert page.count(" autofocus") == 1
    assert "identity" not in page
    assert "There is no user yet" not in page


def test_without_any_user_the_page_says_how_to_make_one(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    page = Browser(service).text("/sign-in")
    assert "There is no user yet" in page
    assert "client-health users add NAME --role admin" in page


def test_the_cookie_is_for_the_server_alone(browser):
    cookie = cookie_of(browser.enter("anna"))
    assert {"httponly", "max-age", "path", "samesite"} == set(cookie) - {""}
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("lax", "/", "1209600")
    assert "no-store" in browser.open("/account").headers["cache-control"]


@pytest.mark.parametrize(
    ("base_url", "public_url"),
    [("https://testserver", None), ("http://testserver", "https://testserver")],
)
def test_over_tls_or_behind_a_proxy_with_tls_cookies_are_secure(tmp_path, base_url, public_url):
    config = CONFIG + (f'[web]\npublic_url = "{public_url}"\n' if public_url else "")
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", config)
    add_user(service, "anna")
    browser = Browser(service, "https://testserver")
    browser.client.base_url = base_url
    page = browser.open("/sign-in")
    assert "secure" in cookie_of(page, FORM_COOKIE)
    fields = {"name": "anna", "password": PASSWORD, "form": hidden_in(page, "form")}
    headers = {"Cookie": f"{FORM_COOKIE}={fields['form']}", "Origin": "https://testserver"}
    page = browser.client.post("/sign-in", data=fields, headers=headers)
    assert "secure" in cookie_of(page)


def test_a_session_is_new_at_every_sign_in_and_none_can_be_given_to_a_browser(browser, service):
    browser.client.cookies.set("client_health_session", "chosen-by-somebody-else", domain="testserver.local")
    browser.enter("anna")
    first = browser.token
    assert first != "chosen-by-somebody-else"
    with service.store.read() as connection:
        assert sessions.find(connection, "chosen-by-somebody-else", service.clock()) is None
    elsewhere = Browser(service)
    elsewhere.enter("anna")
    assert elsewhere.token != first


def test_the_session_that_a_browser_had_ends_when_it_signs_in_anew(browser, service):
    add_user(service, "ben", "csm")
    page = browser.open("/sign-in")
    browser.enter("anna")
    before = browser.token
    fields = {"name": "ben", "password": PASSWORD, "form": hidden_in(page, "form")}
    browser.client.cookies.set(FORM_COOKIE, fields["form"], path="/sign-in")
    assert browser.client.post("/sign-in", data=fields).status_code == 303
    with service.store.read() as connection:
        assert sessions.find(connection, before, service.clock()) is None


def test_whoever_is_signed_in_does_not_see_the_form(browser):
    browser.enter("anna")
    page = browser.open("/sign-in?next=/account")
    assert (page.status_code, page.headers["location"]) == (303, "/account")


def test_signing_out_ends_the_session_in_the_store(browser, service):
    browser.enter("anna")
    token = browser.token
    page = browser.send("/sign-out", page="/account")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert cookie_of(page)["max-age"] == "0"
    browser.client.cookies.set("client_health_session", token)
    assert not browser.is_signed_in()


@pytest.mark.parametrize("wait", [sessions.IDLE, sessions.LONGEST])
def test_a_session_ends_when_it_is_idle_or_old(browser, service, wait):
    browser.enter("anna")
    later(service, wait + timedelta(seconds=1))
    assert not browser.is_signed_in()


def test_a_session_in_use_lives_until_it_is_old(browser, service):
    browser.enter("anna")
    for _ in range(13):
        later(service, timedelta(hours=23))
        assert browser.is_signed_in()
    later(service, timedelta(days=2))
    assert not browser.is_signed_in()


def test_a_disabled_user_is_out_at_once(browser, service):
    browser.enter("anna")
    with service.store.write() as connection:
        users.disable(connection, users.by_name(connection, "anna").id, service.clock())
    assert not browser.is_signed_in()
    assert browser.enter("anna").status_code == 422


def test_an_expired_session_makes_htmx_leave_the_page(browser):
    page = browser.client.get("/account", headers={"HX-Request": "true"})
    assert (page.status_code, page.headers["hx-redirect"]) == (204, "/sign-in")


@pytest.mark.parametrize("form", [None, "", "garbage", "x" * 43])
def test_a_form_that_is_not_this_browsers_is_refused(browser, form):
    browser.open("/sign-in")
    fields = {"name": "anna", "password": PASSWORD} | ({} if form is None else {"form": form})
    page = browser.client.post("/sign-in", data=fields)
    assert page.status_code == 403
    assert "This form has expired" in page.text
    assert browser.token is None


def test_a_form_without_its_cookie_is_refused(browser):
    form = hidden_in(browser.open("/sign-in"), "form")
    browser.client.cookies.clear()
    fields = {"name": "anna", "password": PASSWORD, "form": form}
    assert browser.client.post("/sign-in", data=fields).status_code == 403
    short = {"Cookie": f"{FORM_COOKIE}="}
    assert browser.client.post("/sign-in", data=fields | {"form": ""}, headers=short).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example.com"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_form_of_another_site_is_refused(browser, headers):
    page = browser.enter("anna", **headers)
    assert (page.status_code, browser.token) == (403, None)


def test_the_refused_form_comes_back_with_a_token_that_works(browser):
    page = browser.client.post("/sign-in", data={"name": "anna", "password": PASSWORD, "form": "old"})
    fields = {"name": "anna", "password": PASSWORD, "form": hidden_in(page, "form")}
    assert browser.client.post("/sign-in", data=fields).status_code == 303


def test_two_tabs_may_hold_the_form(browser):
    first = hidden_in(browser.open("/sign-in"), "form")
    browser.open("/sign-in")
    fields = {"name": "anna", "password": PASSWORD, "form": first}
    assert browser.client.post("/sign-in", data=fields).status_code == 303


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example.com",
        "//evil.example.com",
        "///evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "/\t/evil.example.com",
        "\t//evil.example.com",
        "javascript:alert(1)",
        "http:evil.example.com",
        "/\n/evil.example.com",
        "account",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browser, back):
    form = hidden_in(browser.open("/sign-in"), "form")
    fields = {"name": "anna", "password": PASSWORD, "form": form, "next": back}
    assert browser.client.post("/sign-in", data=fields).headers["location"] == "/"
    assert browser.client.get("/sign-in", params={"next": back}).headers["location"] == "/"


def test_markup_in_what_is_typed_stays_text(browser):
    page = browser.enter('"><script>alert(1)</script>', "wrong", '/sign-in?next=/"><script>alert(2)</script>')
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_single_sign_on_is_not_there_where_none_is_configured(browser):
    for path in ("/sign-in/oidc", "/sign-in/callback?code=x&state=y"):
        assert browser.open(path).status_code == 404


def test_a_password_of_somebody_else_must_be_replaced_first(browser, service):
    add_user(service, "ben", "csm", must_change=True)
    browser.enter("ben", path="/sign-in?next=/runs")
    page = browser.open("/runs")
    assert (page.status_code, page.headers["location"]) == (303, "/account")
    assert "Choose one of your own" in browser.text("/account")
    new = "eight red plums"
    page = browser.send("/account", old=PASSWORD, new=new, again=new)
    assert (page.status_code, page.headers["location"]) == (303, "/account?changed")
    assert "Your password is changed" in browser.text("/account?changed")
    assert browser.open("/runs").status_code == 200


def test_names_are_in_the_log_and_passwords_and_tokens_are_not(browser, capsys):
    browser.enter("anna", "a wrong password")
    browser.enter("anna")
    token = browser.token
    csrf = hidden_in(browser.open("/account"), "csrf")
    browser.send("/sign-out", page="/account")
    said = "".join(capsys.readouterr())
    assert re.search(r"sign-in refused .*user=anna", said)
    assert re.search(r"signed in .*user=anna", said)
    assert re.search(r"signed out .*user=anna", said)
    for secret in (PASSWORD, "a wrong password", token, csrf):
        assert secret not in said
