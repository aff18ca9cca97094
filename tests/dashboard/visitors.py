"""Visitors of the dashboard: signed in without a password, as a session in the store and its cookie."""

from starlette.testclient import TestClient

from client_health.app.web import create_app
from client_health.dashboard.context import COOKIE
from client_health.store import sessions, users
from client_health.store.keys import Role
from tests.cast import Service


def begin_session(service: Service, role: Role = "viewer") -> str:
    """A session of the user `anna-ROLE`, who is made where there is none yet; returns the cookie's value."""
    now, name = service.clock(), f"anna-{role}"
    with service.store.write() as connection:
        user = users.by_name(connection, name)
        if user is None:
            user = users.add(connection, name, f"Anna {role.title()}", role, now)
        return sessions.begin(connection, user.id, now)


def visit(service: Service, role: Role | None = "viewer") -> TestClient:
    """A client of everything that is served, signed in with a role; None: not signed in."""
    cookies = {} if role is None else {COOKIE: begin_session(service, role)}
    app = create_app(service.store, service.settings, service.clock)
    return TestClient(app, cookies=cookies, raise_server_exceptions=False, follow_redirects=False)
