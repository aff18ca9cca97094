"""A collector of spans on this machine: a tiny server that reads what OTLP exporters send."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """A span as it was received."""

    name: str
    id: bytes
    parent: bytes
    trace: str
    attributes: dict[str, Any]
    failed: bool
    words: str
    service: str


class Collector:
    """Receives spans until it is left."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                collector.take(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes) -> None:
        """Keep what one request holds."""
        self.raw += body
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {one.key: one.value.string_value for one in group.resource.attributes}
            for span in (span for scope in group.scope_spans for span in scope.spans):
                attributes = {one.key: _value(one.value) for one in span.attributes}
                trace, words = span.trace_id.hex(), span.status.message
                failed = span.status.code == 2
                self.spans.append(
                    Span(
                        span.name,
                        span.span_id,
                        span.parent_span_id,
                        trace,
                        attributes,
                        failed,
                        words,
                        about["service.name"],
                    )
                )

    def named(self, name: str) -> Span:
        """The one span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def path(self, span: Span) -> str:
        """Names from the outermost span down to this one."""
        above = [one for one in self.spans if one.id == span.parent]
        return f"{self.path(above[0])} > {span.name}" if above else span.name

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something has arrived."""
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, [span.name for span in self.spans]
            time.sleep(0.1)


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
