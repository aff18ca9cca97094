"""Headers that protect: on every answer, whatever it is and whoever gives it."""

import re

import pytest
from starlette.testclient import TestClient

from client_health.api.application import PREFIX
from client_health.app.security_headers import API_POLICY, DOCS_POLICY, PAGE_POLICY
from client_health.app.web import create_app
from client_health.dashboard.static import static_address
from client_health.settings.access import WebSettings
from client_health.store import keys
from tests.cast import TESTER
from tests.dashboard.visitors import visit

# Path, who asks, what is answered, and the policy of its content.
ANSWERS = (
    ("/", "admin", 200, PAGE_POLICY),
    ("/", None, 303, PAGE_POLICY),
    ("/sign-in", None, 200, PAGE_POLICY),
    ("/audit", "viewer", 403, PAGE_POLICY),
    ("/nothing-is-here", "viewer", 404, PAGE_POLICY),
    ("/portfolio.csv", "viewer", 200, PAGE_POLICY),
    (static_address("app.css"), None, 200, PAGE_POLICY),
    ("/static/none", None, 404, PAGE_POLICY),
    (f"{PREFIX}/anna/score", "key", 200, API_POLICY),
    (f"{PREFIX}/anna/score", None, 401, API_POLICY),
    (f"{PREFIX}/nobody/score", "key", 404, API_POLICY),
    (f"{PREFIX}/anna/history?days=x", "key", 422, API_POLICY),
    ("/api/none", None, 404, API_POLICY),
    ("/livez", None, 200, API_POLICY),
    ("/readyz", None, 200, API_POLICY),
    ("/openapi.json", None, 200, API_POLICY),
    ("/docs", None, 200, DOCS_POLICY),
    ("/docs/swagger-ui.css", None, 200, DOCS_POLICY),
)


@pytest.fixture(scope="module")
def secret(service):
    with service.store.write() as connection:
        return keys.create(connection, "portal", "viewer", TESTER, service.clock())[1]


@pytest.mark.parametrize(("path", "who", "status", "policy"), ANSWERS)
def test_every_answer_has_them(service, secret, path, who, status, policy):
    client = visit(service, who if who in keys.ROLES else None)
    answer = client.get(path, headers={"Authorization": f"Bearer {secret}"} if who == "key" else {})
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    cached = "public" in answer.headers["cache-control"]
    assert cached == (path.startswith("/static/") and status == 200)
    assert cached or answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/", f"{PREFIX}/anna/score"])
def test_a_fault_of_the_program_has_them_too(service, monkeypatch, path):
    def fail(*_):
        raise ZeroDivisionError

    client = visit(service, None)
    monkeypatch.setattr("client_health.api.context.RateLimits.admit", fail)
    answer = client.get(path)
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] in {PAGE_POLICY, API_POLICY}


def test_browsers_are_told_to_stay_with_tls_where_there_is_tls(service):
    app = create_app(service.store, service.settings, service.clock)
    answer = TestClient(app, base_url="https://testserver").get("/livez")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    behind = service.settings.model_copy(update={"web": WebSettings(public_url="https://health.example.com")})
    answer = TestClient(create_app(service.store, behind, service.clock)).get("/livez")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_only_the_documentation_page_may_start_scripts_that_stand_in_it(service):
    assert "unsafe" not in PAGE_POLICY + API_POLICY
    page = visit(service, None).get("/docs").text
    assert not re.findall(r'(?:src|href)="(?!/docs/)[^"]+"', page)  # all of it is served here
