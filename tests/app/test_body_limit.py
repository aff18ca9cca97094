"""Bodies: refused where they are too long, whether or not they say how long they are."""

import pytest

from client_health.api.application import PREFIX
from client_health.dashboard.context import COOKIE
from client_health.store import keys, sessions
from tests.api.conftest import assert_problem
from tests.cast import TESTER
from tests.dashboard.visitors import visit

LIMIT = 1024 * 1024  # by default
LEVEL = f"{PREFIX}/anna/alert-level"


@pytest.fixture(scope="module")
def bearer(service):
    with service.store.write() as connection:
        secret = keys.create(connection, "portal", "csm", TESTER, service.clock())[1]
    return {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}


def padded(size: int) -> bytes:
    body = b'{"level": "NONE"}'
    return body + b" " * (size - len(body))


def in_chunks(size: int):
    body = padded(size)
    return (body[at : at + 65_536] for at in range(0, size, 65_536))


@pytest.mark.parametrize("body", [padded, in_chunks])
def test_the_api_takes_the_longest_body_and_refuses_a_byte_more(service, bearer, body):
    client = visit(service, None)
    assert client.put(LEVEL, content=body(LIMIT), headers=bearer).status_code == 200
    refused = client.put(LEVEL, content=body(LIMIT + 1), headers=bearer)
    assert "may have 1,024 KiB" in assert_problem(refused, 413)
    assert refused.headers["connection"] == "close"


@pytest.mark.parametrize("body", [padded, in_chunks])
def test_nobody_known_may_send_more_either(service, body):
    refused = visit(service, None).put(LEVEL, content=body(LIMIT + 1))
    assert refused.status_code in {401, 413}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("body", [padded, in_chunks])
def test_a_form_that_is_too_long_is_answered_by_a_page(service, body, kind):
    client = visit(service, "csm")
    with service.store.read() as connection:
        session = sessions.find(connection, client.cookies[COOKIE], service.clock())
    head = {"Content-Type": kind, "X-CSRF-Token": session.csrf}
    page = client.post("/tenants/anna/owner", content=body(LIMIT + 1), headers=head)
    assert page.status_code == 413
    assert "may have 1,024 KiB" in page.text
    assert page.headers["content-type"].startswith("text/html")


def test_a_length_that_is_a_lie_changes_nothing(service, bearer):
    """The server cuts such a body; what comes beyond is another request."""
    client = visit(service, None)
    answer = client.put(LEVEL, content=padded(100), headers=bearer | {"Content-Length": "9" * 30})
    assert_problem(answer, 413)
