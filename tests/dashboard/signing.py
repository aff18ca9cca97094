"""A browser that signs in as people do: by the form, with its cookies."""

import re
from html import unescape

from httpx2 import Response
from starlette.testclient import TestClient

from client_health.accounts import administration
from client_health.accounts.administration import NewUser
from client_health.app.web import create_app
from client_health.dashboard.context import COOKIE
from client_health.store.keys import Role
from client_health.store.users import User
from tests.cast import TESTER, Service

PASSWORD = "seven green apples"


def add_user(service: Service, name: str, role: Role = "admin", **more: bool) -> User:
    """A user with the one password of these tests."""
    return administration.add(service.store, NewUser(name, role, PASSWORD, **more), TESTER, service.clock())


class Browser:
    """Cookies and pages. The service's clock is asked at every request, so a test may move it."""

    def __init__(self, service: Service, base_url: str = "http://testserver") -> None:
        self.service = service
        app = create_app(service.store, service.settings, lambda: service.clock())
        self.client = TestClient(app, base_url=base_url, follow_redirects=False)

    def open(self, path: str) -> Response:
        """A page."""
        return self.client.get(path)

    def text(self, path: str) -> str:
        """The text of a page that must be there, without line breaks."""
        page = self.open(path)
        assert page.status_code == 200, (page.status_code, page.headers.get("location"))
        return " ".join(page.text.split())

    def enter(self, name: str, password: str = PASSWORD, path: str = "/sign-in", **headers: str) -> Response:
        """Fill in the sign-in form of a page and send it."""
        page = self.open(path)
        fields = {hidden: hidden_in(page, hidden) for hidden in ("form", "next")}
        return self.client.post(
            "/sign-in", data={"name": name, "password": password, **fields}, headers=headers
        )

    def send(self, path: str, page: str | None = None, **fields: str) -> Response:
        """Send a form of a page, with the token that the page holds."""
        return self.client.post(path, data={"csrf": hidden_in(self.open(page or path), "csrf"), **fields})

    @property
    def token(self) -> str | None:
        """The session that the browser holds."""
        return self.client.cookies.get(COOKIE)

    def is_signed_in(self) -> bool:
        """Whether pages open."""
        return self.open("/account").status_code == 200


def hidden_in(page: Response, name: str) -> str:
    """A hidden field of the first form that has it."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


def cookie_of(page: Response, name: str = COOKIE) -> dict[str, str]:
    """The attributes of a cookie that a page gives, by their names in small letters."""
    given = next(one for one in page.headers.get_list("set-cookie") if one.startswith(f"{name}="))
    value, *attributes = given.split("; ")
    named = (one.partition("=") for one in attributes)
    return {"": value.partition("=")[2]} | {key.lower(): text for key, _, text in named}
