"""Spans by OpenTelemetry where an environment variable asks for them; elsewhere not even an import."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from client_health import __version__
from client_health.errors import ClientHealthError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

NAME = "client-health"
ADDRESSES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
EXPORTERS = ("otlp", "none")
FLUSH_SECONDS = 5.0  # a collector that is down must not hold up the end of the process

Attributes = Mapping[str, Any]


class Tell(Protocol):
    """Adds attributes to a span, and names it anew where its name is known only at its end."""

    def __call__(self, attributes: Attributes, name: str | None = None) -> None: ...


_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def start(environment: Mapping[str, str] = os.environ) -> str | None:
    """Trace from now on, if the environment asks for it; returns what to warn of, if anything."""
    global _provider, _tracer
    exporter = _exporter_asked_for(environment)
    if exporter == "none":
        return None
    if exporter not in EXPORTERS:
        return f"OTEL_TRACES_EXPORTER is {exporter!r}; allowed: {', '.join(EXPORTERS)}. Nothing is traced"
    try:
        _provider = _sending(environment)
    except ImportError:
        return "OpenTelemetry is asked for by environment, but not installed: install client-health[otel]"
    _tracer = _provider.get_tracer(NAME, __version__)
    return None


def stop() -> None:
    """Send what is left, within FLUSH_SECONDS, and trace no more."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_SECONDS)


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    kind: Literal["internal", "server", "client"] = "internal",
    parent: Mapping[str, str] | None = None,
) -> Iterator[Tell]:
    """A span around a piece of work; yields what tells more of it. `parent`: the caller's HTTP headers.

    Of a fault only our own words or the name of its class are kept: a driver's words may hold values.
    """
    if _tracer is None:
        yield _ignore
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    with _tracer.start_as_current_span(
        name,
        _context_of(parent),
        SpanKind[kind.upper()],
        dict(attributes or {}),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:

        def tell(attributes: Attributes, name: str | None = None) -> None:
            current.set_attributes(dict(attributes))
            if name is not None:
                current.update_name(name)

        try:
            yield tell
        except BaseException as fault:
            words = str(fault) if isinstance(fault, ClientHealthError) else None
            current.set_attribute("error.type", type(fault).__name__)
            current.set_status(Status(StatusCode.ERROR, words))
            raise


def _ignore(attributes: Attributes, name: str | None = None) -> None:
    """Nobody asked for spans."""


def _exporter_asked_for(environment: Mapping[str, str]) -> str:
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return "none"
    named = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    return named or ("otlp" if any(environment.get(name) for name in ADDRESSES) else "none")


def _sending(environment: Mapping[str, str]) -> "TracerProvider":
    """A provider of our own, not the global one: only our spans are sent, whatever else is installed."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    ours = {} if named or environment.get("OTEL_SERVICE_NAME") else {"service.name": NAME}
    resource = Resource.create({**ours, "service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _context_of(headers: Mapping[str, str] | None) -> Any:
    if headers is None:
        return None
    from opentelemetry.propagate import extract

    return extract(headers)
