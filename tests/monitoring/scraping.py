"""The metrics of a service, asked for and read as Prometheus does."""

from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from client_health.app.web import create_app
from client_health.store import keys
from client_health.store.keys import Role
from tests.cast import TESTER, Service

Figures = Callable[..., float | None]


def read(text: str) -> Figures:
    """What finds a figure by its name and labels; None where there is none."""
    samples = {
        (sample.name.removeprefix("client_health_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return lambda name, **labels: samples.get((name, frozenset(labels.items())))


class Scraper:
    """One process that serves a service without a worker, and a key to read its metrics."""

    def __init__(self, service: Service, role: Role = "viewer", **options: Any) -> None:
        app = create_app(service.store, service.settings, lambda: service.clock(), **options)
        self.client = TestClient(app, raise_server_exceptions=False)
        with service.store.write() as connection:
            self.key = keys.create(connection, "prometheus", role, TESTER, service.clock())[1]
        self.headers = {"Authorization": f"Bearer {self.key}"}

    def text(self) -> str:
        """All metrics."""
        answer = self.client.get("/metrics", headers=self.headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.text

    def figures(self) -> Figures:
        """The same, to be asked by name and labels."""
        return read(self.text())
