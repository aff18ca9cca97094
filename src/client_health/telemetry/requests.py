"""Requests that this process has answered, by method, route template and class of status."""

from prometheus_client import Histogram, disable_created_metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"  # never the path itself: whoever asks could make labels without end

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began is of no use here
histogram = Histogram(
    "client_health_http_request_seconds",
    "Seconds from a request's first byte to the last byte of its answer.",
    ("method", "route", "status"),
    registry=None,  # each application has a registry of its own
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def note(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one request."""
    word = method if method in METHODS else "other"
    histogram.labels(word, route or NO_ROUTE, f"{status // 100}xx").observe(seconds)
