"""Spans by environment variable: received by a real collector, sent by the real command."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from client_health.api.application import PREFIX
from client_health.telemetry import tracing
from tests.cli.conftest import Cli, clean_environment
from tests.cli.test_serve import call, free_port, wait_until
from tests.telemetry.collecting import Collector

RUN = "run all"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def test_a_run_is_told_in_stages_and_statements(cli: Cli, collector: Collector):
    done = cli("run", "--as-of", "2026-03-02", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert done.returncode == 0, done.stderr
    assert sorted(collector.path(span) for span in collector.spans) == [
        RUN,
        f"{RUN} > collect",
        f"{RUN} > collect > statement tenants",
        f"{RUN} > collect > statement usage.login",
        f"{RUN} > collect > statement usage.tickets",
        f"{RUN} > publish",
        f"{RUN} > score",
    ]
    run, statement = collector.named(RUN), collector.named("statement usage.login")
    assert run.attributes["client_health.run.attempt"] == 1
    assert run.attributes["client_health.run.score_date"] == "2026-03-02"
    assert statement.attributes == {
        "client_health.source": "default",
        "client_health.query": "usage.login",
        "db.system.name": "sqlite",
        "db.response.returned_rows": 4,
    }
    assert collector.named("score").attributes == {"client_health.tenants": 4}
    assert {span.trace for span in collector.spans} == {run.trace}
    assert {span.service for span in collector.spans} == {"client-health"}


def test_what_fails_is_marked_and_no_statement_value_or_address_leaves(cli: Cli, collector: Collector):
    cli.app.break_table("logins")
    cli.app.break_table("tickets")
    done = cli("run", "--as-of", "2026-03-02", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert done.returncode == 1
    run = collector.named(RUN)
    assert (run.failed, run.attributes["error.type"]) == (True, "CollectionFailedError")
    statements = [span for span in collector.spans if span.name == "statement usage.login"]
    assert [(span.failed, span.words) for span in statements] == [(True, "no such table: logins")] * 3
    assert not collector.named("statement tenants").failed
    for secret in (b"select", b"from orgs", b"sqlite:///", b"Traceback", str(cli.folder).encode(), b"anna"):
        assert secret not in collector.raw, secret


def test_a_request_is_told_by_its_route_and_belongs_to_the_caller_s_trace(cli: Cli, collector: Collector):
    key = cli("keys", "create", "--name", "n", "--role", "viewer").stdout.strip()
    port, trace = free_port(), "0af7651916cd43dd8448eb211c80319c"
    process = cli.start(
        "serve", "--no-worker", "--port", str(port), OTEL_EXPORTER_OTLP_ENDPOINT=collector.url
    )
    wait_until(lambda: call(port, "/livez")[0] == 200, process)
    call(port, f"{PREFIX}/anna/score?q=hunter2", key, traceparent=f"00-{trace}-b7ad6b7169203331-01")
    call(port, "/api/no-such-path/hunter2", key)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0, process.communicate()
    score = collector.named(f"GET {PREFIX}/{{orgId}}/score")
    assert score.trace == trace
    assert score.attributes["http.response.status_code"] == 404, "it has no score yet"
    assert collector.named("GET").attributes["http.response.status_code"] == 404
    for secret in (b"hunter2", key.encode(), b"anna"):
        assert secret not in collector.raw
    process.communicate()


def test_a_name_and_attributes_of_the_environment_are_kept(cli: Cli, collector: Collector):
    cli("run", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SERVICE_NAME="health-eu")
    assert {span.service for span in collector.spans} == {"health-eu"}


@pytest.mark.parametrize("off", [{"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_SDK_DISABLED": "true"}])
def test_nothing_is_sent_where_it_is_turned_off(cli: Cli, collector: Collector, off: dict[str, str]):
    assert cli("run", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **off).returncode == 0
    assert collector.raw == b""


def test_a_collector_that_is_down_costs_neither_the_run_nor_much_time(cli: Cli):
    port = free_port()
    done = cli("run", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}")
    assert done.returncode == 0
    assert "4 of 4 tenants scored" in done.stdout


def test_an_exporter_that_we_do_not_have_is_one_warning(cli: Cli):
    done = cli("run", OTEL_TRACES_EXPORTER="zipkin")
    assert done.returncode == 0
    assert done.stderr.count("warning:") == 1
    assert "OTEL_TRACES_EXPORTER is 'zipkin'; allowed: otlp, none" in done.stderr


def started_in_python(folder, code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, "run"],
        cwd=folder,
        env=clean_environment() | {"APP_DATABASE_URL": "sqlite:///app.db"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_asked_for_but_not_installed_is_one_warning_and_the_run_goes_on(cli: Cli):
    code = (
        "import sys; sys.modules['opentelemetry.sdk'] = None; from client_health.cli.main import main; main()"
    )
    done = started_in_python(cli.folder, code, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert "4 of 4 tenants scored" in done.stdout
    assert done.stderr.count("install client-health[otel]") == 1
    assert "Traceback" not in done.stderr


def test_without_the_variable_opentelemetry_is_not_even_imported(cli: Cli):
    code = """
import sys
from client_health.cli.main import app
try:
    app(args=["run"])
except SystemExit:
    pass
print(sorted(name for name in sys.modules if name.startswith(("opentelemetry", "prometheus_client"))))
"""
    assert started_in_python(cli.folder, code).stdout.splitlines()[-1] == "[]"


def test_when_nothing_is_traced_a_span_tells_nothing_and_lets_faults_through():
    assert tracing.start({}) is None
    with tracing.span("work", {"a": 1}) as tell:
        tell({"b": 2}, "another name")
    with pytest.raises(ZeroDivisionError), tracing.span("work"):
        1 / 0  # noqa: B018
