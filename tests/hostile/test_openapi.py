"""Requests of every kind, made up from the OpenAPI document: each answer is one that the document knows.

schemathesis sends the limits of every parameter and body, values just beyond them, other types, other
methods and a handful of random requests. The seed is fixed, so that each run of the tests sends the same.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks

from client_health.app.web import create_app
from client_health.jobs import requests
from tests.api.conftest import Api, open_api, two_nights
from tests.cast import SCORECARD as SMALL
from tests.cast import make_service, person

EXAMPLES = 4  # random requests per endpoint, besides the limits of every parameter
NOT_ASKED = [
    # A cursor, an ETag or a draft can be well written and yet wrong; 422 says so.
    checks.positive_data_acceptance,
    # The framework names the methods of one route, although two may share a path.
    checks.allow_header_conformance,
]
OTHER_METHODS = {"put", "delete", "patch", "trace"}
NEVER_READY = "/jobs/{jobId}/accept"  # would need a suspicious run
SCORECARD = SMALL.replace('"small"', '"default"')  # the name of the document's example of a draft
load_all_checks()
CALLERS = [None, "viewer", "csm", "admin"]


@dataclass
class Fuzzed:
    """The application, who calls it, and what each endpoint answered."""

    schema: Any
    headers: dict[str, str]
    session: Any
    succeeded: set[str] = field(default_factory=set)

    def send(self, case: Any) -> None:
        """Send a request; raises what is wrong with its answer."""
        response = case.call_and_validate(
            headers=self.headers, session=self.session, excluded_checks=NOT_ASKED
        )
        if response.status_code < 300:
            self.succeeded.add(case.operation.label)

    def never_succeeded(self) -> list[str]:
        """Endpoints that no request reached: for them nothing was shown."""
        labels = {found.ok().label for found in self.schema.get_all_operations()}
        return sorted(one for one in labels - self.succeeded if NEVER_READY not in one)


@pytest.fixture(scope="module", params=CALLERS, ids=str)
def fuzzed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """The whole application over two nights, as one caller sees it; an admin finds PostgreSQL behind it."""
    role, folder = request.param, tmp_path_factory.mktemp("fuzzed")
    url = f"sqlite:///{folder / 'store.db'}"
    if role == "admin":
        url = request.getfixturevalue("postgres").create_database("fuzzed")
    service = make_service(folder, url, scorecard=SCORECARD)
    service.app.tenant("acme-gmbh")  # the tenant of the document's examples
    two_nights(service)
    api = open_api(service)
    app = create_app(service.store, service.settings, service.clock)
    headers = {} if role is None else {"Authorization": f"Bearer {api.keys[role]}"}
    with asgi.get_client(app) as session:
        document = session.get("/openapi.json").text
        found = Fuzzed(load(document, app, api), headers, session)
        yield found
    service.store.close()
    assert role != "admin" or found.never_succeeded() == []


def load(text: str, app: Any, api: Api) -> Any:
    """The document, its examples changed to things that there are."""
    run, _ = requests.ask(
        api.service.store,
        api.service.settings,
        requests.one_tenant_now(api.service.settings, "anna", person("dana"), api.service.clock()),
        api.service.clock(),
    )
    for example, real in (('"0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"', f'"{run.id}"'), (r'"\"2\""', r'"\"1\""')):
        assert example in text
        text = text.replace(example, real)
    config = SchemathesisConfig(seed=1)
    project = config.projects.default
    project.generation.with_security_parameters = False
    project.phases.coverage.unexpected_methods = OTHER_METHODS
    schema = schemathesis.openapi.from_dict(json.loads(text), config=config)
    schema.app = app
    return schema


@pytest.fixture
def random_requests() -> settings:
    """A few of each kind, the same ones in every run."""
    return settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_every_answer_is_one_that_the_document_knows(
    fuzzed: Fuzzed, random_requests: settings, subtests: pytest.Subtests
) -> None:
    for found in fuzzed.schema.get_all_operations():
        operation = found.ok()
        with subtests.test(operation.label):
            for case in limits(operation):
                fuzzed.send(case)
            for mode in modes(operation):
                random_requests(given(operation.as_strategy(generation_mode=mode))(fuzzed.send))()


def limits(operation: Any) -> Iterator[Any]:
    """Requests at the limits of every parameter, and just beyond them."""
    schema = operation.schema
    yield from schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=schema.config.generation
    )


def modes(operation: Any) -> list[GenerationMode]:
    """Good and bad requests; where there is nothing to fill in, no request can be bad."""
    something = bool(operation.body) or any(True for _ in operation.iter_parameters())
    return list(GenerationMode) if something else [GenerationMode.POSITIVE]
