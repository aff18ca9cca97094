"""Bare pages: so many bytes of text and nothing else, from the same kind of server, compressed alike."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Response
from starlette.middleware.gzip import GZipMiddleware

from tests.browser.served import free_port

BEGIN = "<!doctype html><html lang=en><meta charset=utf-8><title>Bare</title><link rel=icon href=data:,><p>"


@dataclass(frozen=True)
class BareSite:
    """Where they are served."""

    address: str


@contextmanager
def bare_pages(weights: dict[str, int]) -> Iterator[BareSite]:
    """A page of each name with so many bytes, until the end."""
    app = FastAPI()
    for name, weight in weights.items():
        app.add_api_route(f"/{name}", _answering(_page(weight)))
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield BareSite(f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join()


def _page(weight: int) -> bytes:
    words = " ".join(f"{number:x}" for number in range(weight // 4))
    return (BEGIN + words)[:weight].encode()


def _answering(content: bytes):  # type: ignore[no-untyped-def]
    def answer() -> Response:
        return Response(content, media_type="text/html")

    return answer
