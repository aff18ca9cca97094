"""The documentation of the API: complete, with examples, and readable without the internet."""

import re

import pytest

from client_health.api.application import PREFIX, create_api
from tests.cast import make_service

OPEN = {"/livez", "/readyz"}
FRAMEWORKS = {"HTTPValidationError", "ValidationError", "Problem"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documentation")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    yield create_api(service.store, service.settings, service.clock)
    service.store.close()


@pytest.fixture(scope="module")
def schema(app):
    return app.openapi()


def operations(schema):
    return [(p, method, one) for p, methods in schema["paths"].items() for method, one in methods.items()]


def test_every_operation_has_a_summary_a_tag_and_a_unique_id(schema):
    found = operations(schema)
    assert len(found) == 27  # 25 below the prefix, two of health
    assert all(one.get("summary") and one.get("tags") and one.get("description") for _, _, one in found)
    assert len({one["operationId"] for _, _, one in found}) == len(found)


def test_every_operation_but_health_needs_a_key(schema):
    unprotected = {path for path, _, one in operations(schema) if not one.get("security")}
    assert unprotected == OPEN
    (scheme,) = schema["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_every_operation_has_a_model_for_its_answer(schema):
    for path, method, one in operations(schema):
        good = [answer for status, answer in one["responses"].items() if status.startswith("2")]
        assert len(good) == 1, (path, method)
        assert "$ref" in good[0]["content"]["application/json"]["schema"], (path, method)


def test_every_operation_tells_its_errors_as_problem_details(schema):
    for path, method, one in operations(schema):
        if path in OPEN:
            continue
        bad = {status: answer for status, answer in one["responses"].items() if status.startswith("4")}
        assert bad, (path, method)
        for answer in bad.values():
            assert list(answer["content"]) == ["application/problem+json"], (path, method)


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("get", "/{orgId}/score", {"401", "403", "404"}),
        ("post", "/{orgId}/calculate", {"401", "403", "404", "409"}),
        ("post", "/calculate-all", {"401", "403"}),
        ("post", "/jobs/{jobId}/cancel", {"401", "403", "404", "409"}),
        ("post", "/jobs/{jobId}/accept", {"401", "403", "404", "409"}),
        ("get", "/scorecards/{version}", {"401", "403", "404", "422"}),
        ("post", "/scorecards", {"401", "403", "409", "412", "422", "428"}),
    ],
)
def test_the_errors_that_an_operation_may_answer_are_named(schema, method, path, statuses):
    responses = schema["paths"][PREFIX + path][method]["responses"]
    assert statuses <= set(responses) or "4XX" in responses


def test_every_field_has_an_example_or_is_described_elsewhere(schema):
    bare = []
    for name, model in schema["components"]["schemas"].items():
        if name in FRAMEWORKS or model.get("examples"):
            continue
        for field, one in model.get("properties", {}).items():
            refers = "$ref" in one or "$ref" in one.get("items", {}) or "allOf" in one
            if not refers and not {"example", "examples", "const", "enum"} & set(one):
                bare.append(f"{name}.{field}")
    assert bare == [] or set(bare) <= {"Ready.store", "Ready.migrations"}, bare


def test_days_are_documented_with_their_range(schema):
    for path in ("history", "metrics"):
        parameters = schema["paths"][f"{PREFIX}/{{orgId}}/{path}"]["get"]["parameters"]
        days = next(one for one in parameters if one["name"] == "days")
        assert (days["schema"]["minimum"], days["schema"]["maximum"], days["schema"]["default"]) == (
            1,
            730,
            30,
        )


def families(kind: type) -> list[type]:
    return [kind, *(one for child in kind.__subclasses__() for one in families(child))]


def test_examples_fit_the_models_that_they_are_of(schema):
    from client_health.api.schemas.base import Answer

    kinds = {kind.__name__: kind for kind in families(Answer)}
    for name, model in schema["components"]["schemas"].items():
        kind = kinds.get(name)
        fields = model.get("properties", {})
        if kind is None or any("examples" not in one for one in fields.values()):
            continue
        kind.model_validate({field: one["examples"][0] for field, one in fields.items()})


def test_the_documentation_page_needs_no_outside_address(app):
    from fastapi.testclient import TestClient

    client = TestClient(app)
    page = client.get("/docs")
    assert page.status_code == 200
    assert re.findall(r"https?://[^\"' ]+", page.text) == []
    assets = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page.text)
    assert len(assets) >= 2
    for asset in assets:
        assert client.get(asset).status_code == 200, asset
    assert client.get("/openapi.json").json()["info"]["title"] == "Client Health"
    assert client.get("/redoc").status_code == 404
