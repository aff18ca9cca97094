"""The limits on a real server: what a client sees that sends too much, in one piece or in chunks."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn

from client_health.api.application import PREFIX
from client_health.app.web import create_app
from client_health.settings.access import WebSettings
from client_health.store import keys
from tests.cast import TESTER

MEBIBYTE = 1024 * 1024
CHUNKED, SHORT = "Transfer-Encoding: chunked", b'{"level": "NONE"}'
LEVEL = f"{PREFIX}/anna/alert-level"


class Wire:
    """A server on a port of its own, and bytes as a client sends them."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.secret = port, secret

    def send(self, head: str, body: bytes, key: bool = True) -> str:
        """Everything that the server says until it closes, or has answered and nothing more comes."""
        lines = [
            f"PUT {LEVEL} HTTP/1.1",
            "Host: x",
            "Connection: close",
            "Content-Type: application/json",
            head,
        ]
        lines += [f"Authorization: Bearer {self.secret}"] if key else []
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may hang up on what it does not want
                wire.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return b"".join(_said(wire)).decode()


def _said(wire: socket.socket) -> Iterator[bytes]:
    with suppress(ConnectionResetError):
        while part := wire.recv(65_536):
            yield part


def chunked(size: int) -> bytes:
    piece = b"%x\r\n" % 65_536 + b" " * 65_536 + b"\r\n"
    return piece * (size // 65_536) + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def wire(service) -> Iterator[Wire]:
    with service.store.write() as connection:
        secret = keys.create(connection, "portal", "csm", TESTER, service.clock())[1]
    settings = service.settings.model_copy(update={"web": WebSettings(requests_per_minute_unknown=2)})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(service.store, settings, service.clock)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Wire(port, secret)
    server.should_exit = True
    thread.join()


def test_a_body_that_says_that_it_is_too_long_is_not_waited_for(wire):
    said = wire.send(f"Content-Length: {MEBIBYTE + 1}", b"")
    assert said.startswith("HTTP/1.1 413")
    assert "application/problem+json" in said


def test_chunks_are_counted_as_they_come(wire):
    assert wire.send(CHUNKED, chunked(MEBIBYTE)).startswith("HTTP/1.1 422")
    assert wire.send(CHUNKED, chunked(3 * MEBIBYTE)).startswith("HTTP/1.1 413")


def test_a_stranger_must_wait_and_a_key_that_works_need_not(wire):
    assert wire.send("Content-Length: 17", SHORT).startswith("HTTP/1.1 200")
    said = [wire.send("Content-Length: 17", SHORT, key=False) for _ in range(4)]
    assert [one.split()[1] for one in said[2:]] == ["429", "429"]
    assert "retry-after: " in said[-1].lower()
    assert wire.send("Content-Length: 17", SHORT).startswith("HTTP/1.1 200")
