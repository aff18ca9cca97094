"""The page `api.md`: every endpoint with its role, parameters and an example of its answer."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_type_hints

from fastapi.routing import APIRoute
from sqlalchemy import make_url

import client_health.api
from client_health.api.application import PREFIX, create_api
from client_health.api.context import Admin, Csm, Viewer
from client_health.api.faults import problem
from client_health.settings.model import Settings
from client_health.store.engine import Store
from generating.markdown import NOTE, code, fenced, table

INTRO = f"""# REST API

All endpoints but those for load balancers and [/metrics](operations.md#metrics) lie under `{PREFIX}`;
the table leaves that out. Answers are JSON with names in camelCase. Scores run from 0 to 100, and high is
healthy. Instants are in UTC. The application's own tenant id is called `organizationId`.

The running service has the same in machine-readable form: OpenAPI at `/openapi.json`, a page to try it at
`/docs`, which needs no other server.

## Who may call

Send an API key as a bearer token. `client-health keys create --name portal --role viewer` makes one.
[security.md](security.md#api-keys) says how keys expire and are replaced.

```sh
curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000{PREFIX}/high-risk
```
"""
ROLES = {
    "viewer": ("reads everything", Viewer),
    "csm": ("also recalculates one tenant, sets alert levels and tries drafts of scorecards", Csm),
    "admin": (
        "everything: also recalculates all tenants, cancels and accepts runs, publishes scorecards, "
        "reads the audit log",
        Admin,
    ),
}
ERRORS = {
    HTTPStatus.BAD_REQUEST: "the body is no JSON",
    HTTPStatus.UNAUTHORIZED: "no key, or one that is unknown, revoked or expired",
    HTTPStatus.FORBIDDEN: "the key's role does not allow this",
    HTTPStatus.NOT_FOUND: "no such tenant or job, or a tenant without a score yet",
    HTTPStatus.CONFLICT: "it does not fit the present state: an inactive tenant, a run that is over",
    HTTPStatus.PRECONDITION_FAILED: "somebody published scorecards since the ETag in `If-Match` was read",
    HTTPStatus.PRECONDITION_REQUIRED: "publishing scorecards needs `If-Match`",
    HTTPStatus.UNPROCESSABLE_ENTITY: "a parameter is out of range; the detail says which and what is allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is longer than `max_body_kb` of `[web]`",
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests in a minute; `Retry-After` says how long to wait",
    HTTPStatus.SERVICE_UNAVAILABLE: "the store does not answer",
}
METHODS = ("get", "put", "post", "delete", "patch")
Document = dict[str, Any]


def page() -> str:
    """The page, from the OpenAPI document and the endpoints' own dependencies."""
    document, roles = openapi(), _roles()
    found = [(method, path, one) for method, path, one in operations(document)]
    rows = [
        (method.upper(), code(_short(path)), roles.get((method, path), "none"), one["summary"])
        for method, path, one in found
    ]
    named = table(("role", "may"), [(code(role), text) for role, (text, _) in ROLES.items()])
    parts = [
        NOTE,
        INTRO,
        named,
        "## Endpoints\n",
        table(("method", "path", "role", "answer"), rows),
        _errors(),
    ]
    return "\n".join([*parts, *(_endpoint(*one, document) for one in found)])


def openapi() -> Document:
    """The OpenAPI document of the service."""
    query = {"sql": "select 1"}
    settings = Settings.model_validate(
        {"tenants": query, "usage": {"login": query}, "source": {"url": "sqlite://"}}
    )
    document: Document = create_api(Store(make_url("sqlite://")), settings).openapi()
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Method, path and description of every endpoint."""
    for path, methods in document["paths"].items():
        yield from ((method, path, methods[method]) for method in METHODS if method in methods)


def _roles() -> dict[tuple[str, str], str]:
    """The least role of each endpoint, told from the caller that it asks for."""
    found = {}
    for module in pkgutil.iter_modules(client_health.api.__path__):
        router = getattr(importlib.import_module(f"client_health.api.{module.name}"), "router", None)
        for route in router.routes if router else ():
            if isinstance(route, APIRoute) and route.methods:
                hints = list(get_type_hints(route.endpoint, include_extras=True).values())
                needed = [role for role, (_, caller) in ROLES.items() if caller in hints]
                found.update(
                    {(m.lower(), PREFIX + route.path): role for m in route.methods for role in needed}
                )
    return found


def _short(path: str) -> str:
    return path.removeprefix(PREFIX) or "/"


def _errors() -> str:
    fault = problem(HTTPStatus.NOT_FOUND, "there is no tenant 'acme'")
    rows = [(f"{status.value} {status.phrase}", text) for status, text in ERRORS.items()]
    return "\n".join(
        [
            "## Errors\n",
            "Every error is a problem detail (RFC 9457). Its `detail` names what is wrong.\n",
            fenced(json.dumps(fault.marshal(), indent=2), "json"),
            table(("status", "when"), rows),
            "The details of a 422 list each fault under `errors`, too.\n",
        ]
    )


def _endpoint(method: str, path: str, operation: Document, document: Document) -> str:
    parts = [f"## {method.upper()} `{_short(path)}`\n", operation["description"] + "\n"]
    if parameters := operation.get("parameters"):
        parts.append(table(("parameter", "in", "meaning", "allowed", "default"), map(_parameter, parameters)))
    if body := operation.get("requestBody"):
        parts += ["Body:\n", _example_block(body["content"], document)]
    status, answer = next((s, a) for s, a in operation["responses"].items() if s.startswith("2"))
    return "\n".join([*parts, f"Answer, {status}:\n", _example_block(answer["content"], document)])


def _parameter(parameter: Document) -> tuple[str, ...]:
    schema = parameter["schema"]
    meaning = parameter.get("description") or schema.get("description") or ""
    default = "required" if parameter.get("required") else code(schema.get("default"))
    return code(parameter["name"]), parameter["in"], meaning, _allowed(schema), default


def _allowed(schema: Document) -> str:
    schema = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    if "minimum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']:g}"
    return "text"


def _example_block(content: Document, document: Document) -> str:
    value = example(content["application/json"]["schema"], document)
    return fenced(json.dumps(value, indent=2, ensure_ascii=False), "json")


def example(schema: Document, document: Document) -> Any:
    """An example of a value, put together from the examples of its parts."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if schema.get("examples"):
        return schema["examples"][0]
    if "properties" in schema:
        return {name: example(one, document) for name, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example(schema["items"], document)]
    return schema.get("default", schema.get("const", next(iter(schema.get("enum", [None])), None)))
