"""The API over a small service: a world that is only read, and one of its own for tests that change it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from client_health.api.application import PREFIX, create_api
from client_health.store import keys
from tests.cast import MONDAY, TESTER, Service, make_service
from tests.conftest import DIALECTS

TUESDAY = MONDAY + timedelta(days=1)
PROBLEM = "application/problem+json"


@dataclass
class Api:
    """A client of the API, with a key of each role."""

    service: Service
    client: TestClient
    keys: dict[str, str]

    def ask(self, method: str, path: str, role: str | None = "viewer", **more: Any) -> Response:
        """A request below the prefix with the key of a role; None: without a key."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.keys[role]}"}
        return self.client.request(method, PREFIX + path, headers=headers, **more)

    def get(self, path: str, **params: Any) -> Any:
        """The answer to a viewer, which must be 200."""
        response = self.ask("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, role: str = "admin") -> Any:
        """The answer to a request that must be accepted."""
        response = self.ask("POST", path, role)
        assert response.status_code in {200, 202}, response.text
        return response.json()


def open_api(service: Service) -> Api:
    """The API of a service, with new keys."""
    with service.store.write() as connection:
        made = make_keys(connection, service.clock())
    app = create_api(service.store, service.settings, service.clock)
    return Api(service, TestClient(app, raise_server_exceptions=False), made)


def make_keys(connection: sa.Connection, now: datetime) -> dict[str, str]:
    """Secrets: of each role, of each role replaced an hour ago, and some that open nothing."""
    made, hour = {"garbage": "ch_" + "x" * 43}, timedelta(hours=1)
    for role in keys.ROLES:
        made[role] = keys.create(connection, f"{role} key", role, TESTER, now)[1]
        old, made[f"{role}, replaced"] = keys.create(connection, "old", role, TESTER, now - 2 * hour)
        made[f"{role}, new"] = keys.rotate(connection, old.id, TESTER, now - hour)[1]
    revoked, made["revoked"] = keys.create(connection, "old key", "admin", TESTER, now)
    keys.revoke(connection, revoked.id, TESTER, now)
    made["expired"] = keys.create(connection, "late", "admin", TESTER, now - 2 * hour, now)[1]
    outlived, made["outlived"] = keys.create(connection, "outlived", "admin", TESTER, now - 2 * hour)
    keys.rotate(connection, outlived.id, TESTER, now - 2 * hour, overlap=hour)
    return made


def two_nights(service: Service) -> None:
    """Anna is well, Ben recovers, Carla is in trouble, Dora was and is unknown now; Eva is new,
    Frank leaves, Gina has no score."""
    app = service.app
    app.tenant("ben", active=1, tickets=10, industry="MINING", owner="dana")
    app.tenant("carla", active=8)
    app.tenant("dora", active=1, tickets=10)
    app.tenant("eva", since="2026-02-20", industry="mining")
    app.tenant("frank")
    app.tenant("gina", active=-1, tickets=-1)
    noon = service.clock()
    service.clock = lambda: noon - timedelta(minutes=1)
    service.night(MONDAY)
    service.clock = lambda: noon
    app.tenant("ben", industry="MINING", owner="dana")
    app.tenant("carla", active=3, tickets=5)
    app.tenant("dora", active=-1, tickets=10)
    app.forget("frank")
    service.night(TUESDAY)


@pytest.fixture(scope="module", params=DIALECTS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API over two nights of seven tenants. Tests of a module share it: only read it."""
    folder = tmp_path_factory.mktemp("world")
    for url in _database(request, folder):
        service = make_service(folder, url)
        two_nights(service)
        yield open_api(service)
        service.store.close()


def _database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"world_{uuid4().hex}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def api(tmp_path: Path, store_url: str) -> Iterator[Api]:
    """An API over one night of four tenants, for one test."""
    service = make_service(tmp_path, store_url)
    service.night(MONDAY)
    yield open_api(service)
    service.store.close()


def assert_problem(response: Response, status: int) -> str:
    """The response is problem details of that status; returns what it says."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    body = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return str(body["detail"])
