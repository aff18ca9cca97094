"""One shape for all faults, and nothing in them that is nobody's business."""

import shutil
from pathlib import Path

import pytest

from client_health.api import tenants as endpoints
from client_health.api.application import PREFIX
from tests.api.conftest import Api, assert_problem, open_api
from tests.cast import MONDAY, make_service, with_password


def take_store_away(api: Api, request: pytest.FixtureRequest) -> None:
    """The database is gone: dropped on PostgreSQL, a folder in place of the file on SQLite."""
    store = api.service.store
    if store.dialect == "postgresql":
        request.getfixturevalue("postgres").drop_database(store.url.database)
        return
    store.close()
    file = Path(str(store.url.database))
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()
    file.mkdir()


@pytest.fixture
def away(tmp_path, store_url, request):
    """An API whose store, which has a password, is gone."""
    url = with_password(store_url) if store_url.startswith("postgresql") else store_url
    service = make_service(tmp_path, url)
    service.night(MONDAY)
    api = open_api(service)
    assert api.get("/anna/score")["overallScore"] == 100
    take_store_away(api, request)
    yield api
    service.store.close()
    shutil.rmtree(tmp_path / "store.db", ignore_errors=True)


def test_a_store_that_is_away_is_503_without_address_password_or_traceback(away):
    for path in ("/", "/anna/score", "/jobs", "/high-risk"):
        response = away.ask("GET", path)
        detail = assert_problem(response, 503)
        assert "store" in detail
        url, key = away.service.store.url, away.keys["viewer"]
        for secret in (key, "hunter2", "Traceback", "sqlalche.me", "://", "127.0.0.1", str(url.database)):
            assert secret not in response.text
    assert_problem(away.ask("POST", "/calculate-all", "admin"), 503)


def test_readiness_is_503_without_the_store_and_liveness_is_not(away):
    ready = away.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        503,
        {
            "status": "not ready",
            "store": False,
            "migrations": False,
            "worker": False,
            "schedule": "no worker",
        },
    )
    assert "hunter2" not in ready.text
    assert away.client.get("/livez").status_code == 200


def test_a_fault_of_the_program_is_500_and_tells_nothing(world, monkeypatch):
    def broken(*_args):
        raise RuntimeError("secret thing at postgresql://u:hunter2@host/db")

    monkeypatch.setattr(endpoints.portfolio, "high_risk", broken)
    response = world.ask("GET", "/high-risk")
    assert_problem(response, 500)
    assert "secret" not in response.text
    assert "hunter2" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{PREFIX}/anna/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", f"{PREFIX}/anna/score", 405),
        ("POST", f"{PREFIX}/high-risk", 405),
    ],
)
def test_a_route_that_does_not_exist_is_a_problem_too(world, method, path, status):
    assert_problem(world.client.request(method, path), status)


def test_an_invalid_body_says_what_is_wrong_without_repeating_the_key(world):
    headers = {"Authorization": f"Bearer {world.keys['admin']}", "Content-Type": "application/json"}
    response = world.client.put(f"{PREFIX}/anna/alert-level", headers=headers, content=b"{not json")
    assert_problem(response, 422)
    assert world.keys["admin"] not in response.text


def test_no_error_repeats_the_key_that_was_sent(world):
    for role in ("garbage", "revoked", "viewer"):
        for method, path in (("POST", "/calculate-all"), ("GET", "/nobody/score"), ("GET", "/?limit=0")):
            response = world.ask(method, path, role)
            assert response.status_code >= 400
            assert world.keys[role] not in response.text


def test_the_type_of_a_problem_tells_kinds_apart(world):
    kinds = {
        world.ask("GET", "/", None).json()["type"],
        world.ask("POST", "/calculate-all").json()["type"],
        world.ask("GET", "/nobody/score").json()["type"],
        world.ask("POST", "/frank/calculate", "csm").json()["type"],
        world.ask("GET", "/?limit=0").json()["type"],
    }
    assert len(kinds) == 5
