"""Who may do what: every route of the dashboard, with every role and with none."""

import re
from collections.abc import Iterator

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from client_health.dashboard.context import COOKIE
from client_health.dashboard.pages import ROUTERS, single_sign_on
from client_health.store import sessions, users
from client_health.store.keys import ROLES, Role
from tests.cast import MONDAY, Service, make_service
from tests.dashboard.visitors import begin_session, visit

# A new route is added here with the lowest role that may call it, or a test fails.
# "open": nobody need be signed in. "anybody": whoever is signed in, before choosing a password even.
Route = tuple[str, str]
LOWEST: dict[Route, str] = {
    ("GET", "/sign-in"): "open",
    ("POST", "/sign-in"): "open",
    ("GET", "/sign-in/oidc"): "open",
    ("GET", "/sign-in/callback"): "open",
    ("POST", "/sign-out"): "anybody",
    ("GET", "/account"): "anybody",
    ("POST", "/account"): "anybody",
    ("POST", "/account/sessions"): "viewer",
    ("POST", "/account/sessions/{session_id}/end"): "viewer",
    ("POST", "/theme"): "viewer",
    ("POST", "/keys"): "viewer",
    ("POST", "/rows"): "viewer",
    ("GET", "/"): "viewer",
    ("GET", "/portfolio.csv"): "viewer",
    ("GET", "/benchmarks"): "viewer",
    ("GET", "/runs"): "viewer",
    ("GET", "/runs/head"): "viewer",
    ("POST", "/runs"): "admin",
    ("GET", "/runs/{run_id}"): "viewer",
    ("GET", "/runs/{run_id}/row"): "viewer",
    ("POST", "/runs/{run_id}/cancel"): "admin",
    ("POST", "/runs/{run_id}/accept"): "admin",
    ("GET", "/scorecards"): "viewer",
    ("GET", "/scorecards/{name}/{version}"): "viewer",
    ("GET", "/scorecards/{name}/{version}.toml"): "viewer",
    ("GET", "/scorecards/edit"): "admin",
    ("POST", "/scorecards/draft"): "admin",
    ("GET", "/tenants/{tenant_id:path}"): "viewer",
    ("GET", "/tenants/{tenant_id:path}/qbr"): "viewer",
    ("GET", "/tenants/{tenant_id:path}/recalculation/{run_id}"): "viewer",
    ("POST", "/tenants/{tenant_id:path}/recalculate"): "csm",
    ("POST", "/tenants/{tenant_id:path}/alert-level"): "csm",
    ("POST", "/tenants/{tenant_id:path}/owner"): "csm",
    ("POST", "/tenants/{tenant_id:path}/notes"): "csm",
    ("POST", "/tenants/{tenant_id:path}/notes/{note}/remove"): "csm",
    ("GET", "/users"): "admin",
    ("POST", "/users"): "admin",
    ("GET", "/users/{user_id}"): "admin",
    ("POST", "/users/{user_id}"): "admin",
    ("POST", "/users/{user_id}/role"): "admin",
    ("POST", "/users/{user_id}/sessions"): "admin",
    ("POST", "/users/{user_id}/disable"): "admin",
    ("POST", "/users/{user_id}/enable"): "admin",
    ("GET", "/users/keys"): "admin",
    ("POST", "/users/keys"): "admin",
    ("POST", "/users/keys/{key_id}/revoke"): "admin",
    ("POST", "/users/keys/{key_id}/rotate"): "admin",
    ("GET", "/audit"): "admin",
}
FILLED = {"tenant_id:path": "anna", "version": "1", "name": "small", "note": "1"}  # the others: "none"
GUARDED = [route for route, lowest in LOWEST.items() if lowest != "open"]
FORMS = [route for route in GUARDED if route[0] == "POST"]


def address(path: str) -> str:
    return re.sub(r"\{([^}]+)\}", lambda match: FILLED.get(match[1], "none"), path)


class World:
    """A service, and one client that sends what it is told."""

    def __init__(self, service: Service) -> None:
        self.service, self.client = service, visit(service, None)

    def begin(self, role: Role) -> tuple[str, str]:
        """A new session: its token, and what its forms must send back."""
        token = begin_session(self.service, role)
        with self.service.store.read() as connection:
            session = sessions.find(connection, token, self.service.clock())
        assert session is not None
        return token, session.csrf

    def call(self, route: Route, token: str | None, csrf: str | None, **headers: str) -> Response:
        """The answer of a route to a session and a form's token."""
        method, path = route
        headers |= {} if token is None else {"Cookie": f"{COOKIE}={token}"}
        headers |= {} if csrf is None else {"X-CSRF-Token": csrf}
        self.client.cookies.clear()
        return self.client.request(method, address(path), headers=headers)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One night of four tenants. Every call begins a session of its own."""
    folder = tmp_path_factory.mktemp("access")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    service.night(MONDAY)
    yield World(service)
    service.store.close()


def test_every_route_has_a_role():
    found = {
        (method, route.path)
        for router in (*ROUTERS, single_sign_on.router)
        for route in router.routes
        for method in route.methods
    }
    assert not found - set(LOWEST), f"say in LOWEST who may call these: {sorted(found - set(LOWEST))}"
    assert not set(LOWEST) - found, f"these routes are gone: {sorted(set(LOWEST) - found)}"


@pytest.mark.parametrize("token", [None, "garbage", ""])
def test_nobody_gets_further_than_the_sign_in_page(world, token):
    for route in GUARDED:
        page = world.call(route, token, "garbage")
        assert (page.status_code, page.headers["location"][:8]) == (303, "/sign-in"), route


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_is_for_and_no_more(world, role):
    for route in GUARDED:
        page = world.call(route, *world.begin(role))
        lowest = "viewer" if LOWEST[route] == "anybody" else LOWEST[route]
        if ROLES.index(role) < ROLES.index(lowest):
            assert page.status_code == 403, route
            assert f"needs the role {lowest}" in page.text, route
        else:
            assert page.status_code < 500, (route, page.text)
            if route != ("POST", "/sign-out"):
                assert page.status_code != 403, (route, page.text)
                assert not page.headers.get("location", "").startswith("/sign-in"), route


@pytest.mark.parametrize("sent", [None, "", "garbage", "of another session"])
def test_a_form_without_the_sessions_own_token_is_refused(world, sent):
    (token, _), (_, other) = world.begin("admin"), world.begin("admin")
    for route in FORMS:
        page = world.call(route, token, other if sent == "of another session" else sent)
        assert page.status_code == 403, route
        assert "expired" in page.text, route


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "http://testserver:8080"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(world, headers):
    token, csrf = world.begin("admin")
    for route in FORMS:
        assert "from another site" in world.call(route, token, csrf, **headers).text, route


def test_a_form_of_ours_may_say_where_it_is_from(world):
    token, csrf = world.begin("viewer")
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    page = world.client.post(
        "/theme",
        data={"csrf": csrf, "theme": "dark"},
        headers={"Cookie": f"{COOKIE}={token}", **headers},
    )
    assert (page.status_code, page.headers["location"]) == (303, "/")


def test_who_must_choose_a_password_gets_to_nothing_else(world):
    token, csrf = world.begin("admin")
    with world.service.store.write() as connection:
        user = users.by_name(connection, "anna-admin")
        users.change(connection, user.id, must_change_password=True)
    for route in GUARDED:
        if route == ("POST", "/sign-out"):
            continue
        page = world.call(route, token, csrf)
        if LOWEST[route] == "anybody":
            assert page.status_code in {200, 422}, route
        else:
            assert (page.status_code, page.headers["location"]) == (303, "/account"), route
    htmx = world.call(("GET", "/runs"), token, csrf, **{"HX-Request": "true"})
    assert (htmx.status_code, htmx.headers["hx-redirect"]) == (204, "/account")
    with world.service.store.write() as connection:
        users.change(connection, user.id, must_change_password=False)


@pytest.mark.parametrize("role", ["viewer", "csm"])
def test_what_a_role_may_not_do_is_not_drawn(world, role):
    client: TestClient = visit(world.service, role)
    for path in ("/", "/runs", "/account"):
        assert 'href="/users"' not in client.get(path).text


def test_without_a_provider_there_is_no_page_that_asks_one(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    client = visit(service, None)
    assert [client.get(path).status_code for path in ("/sign-in/oidc", "/sign-in/callback")] == [404, 404]
    service.store.close()
