"""Limits of pages: per user, and per address where nobody is signed in."""

import pytest

from client_health.dashboard.static import static_address
from client_health.settings.access import WebSettings
from tests.cast import make_service
from tests.dashboard.visitors import visit


@pytest.fixture
def service(tmp_path):
    made = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    web = WebSettings(requests_per_minute=5, requests_per_minute_unknown=3)
    made.settings = made.settings.model_copy(update={"web": web})
    yield made
    made.store.close()


def test_a_user_who_asks_too_often_is_told_to_wait_by_a_page(service):
    client = visit(service, "viewer")
    for _ in range(5):
        assert client.get("/runs").status_code == 200
    page = client.get("/runs")
    assert page.status_code == 429
    assert "one user may send 5 a minute" in page.text
    assert 1 <= int(page.headers["retry-after"]) <= 60
    assert page.headers["content-type"].startswith("text/html")


def test_whoever_is_not_signed_in_must_wait_by_address(service):
    client = visit(service, None)
    for _ in range(3):
        assert client.get("/sign-in").status_code == 200
    assert client.get("/sign-in").status_code == 429
    assert client.post("/sign-in", data={"name": "anna"}).status_code == 429


def test_pages_that_are_not_there_count_too(service):
    client = visit(service, None)
    assert [client.get("/nothing-is-here").status_code for _ in range(3)] == [404] * 3
    assert client.get("/sign-in").status_code == 429


def test_cookies_that_are_made_up_do_not_help(service):
    client = visit(service, None)
    cookies = ({"Cookie": f"client_health_session={number}"} for number in range(5))
    assert [client.get("/runs", headers=one).status_code for one in cookies] == [303, 303, 303, 429, 429]


def test_who_is_signed_in_stays_so_when_somebody_guesses_from_the_same_address(service):
    client = visit(service, "viewer")
    assert client.get("/runs").status_code == 200
    mine = dict(client.cookies)
    client.cookies.clear()
    assert [client.get("/sign-in").status_code for _ in range(4)] == [200, 200, 200, 429]
    client.cookies.update(mine)
    assert client.get("/runs").status_code == 200


def test_static_files_are_not_counted(service):
    client = visit(service, None)
    for _ in range(8):
        assert client.get(static_address("app.css")).status_code == 200
    assert client.get("/sign-in").status_code == 200
