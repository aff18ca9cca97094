"""`serve` and `worker` as processes: they start, answer, work, and end when told to."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import httpx2
import pytest

from client_health.api.application import PREFIX
from tests.cli.conftest import Cli
from tests.monitoring.scraping import read

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], process: subprocess.Popen, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def call(port: int, path: str, key: str = "", method: str = "GET", **headers: str) -> tuple[int, dict]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    for name, value in {"Authorization": f"Bearer {key}", **headers}.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())
    except OSError:
        return 0, {}


@pytest.fixture
def start(cli_on_both: Cli) -> Iterator[Callable[..., tuple[subprocess.Popen, int]]]:
    """Starts a server and waits until it answers."""
    running: list[subprocess.Popen] = []

    def started(*arguments: str) -> tuple[subprocess.Popen, int]:
        port = free_port()
        process = cli_on_both.start("serve", "--port", str(port), *arguments)
        running.append(process)
        wait_until(lambda: call(port, "/livez")[0] == 200, process)
        return process, port

    yield started
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_serve_answers_performs_runs_and_ends_with_0_on_sigterm(start, cli_on_both):
    key = cli_on_both("keys", "create", "--name", "n", "--role", "admin").stdout.strip()
    process, port = start()
    assert call(port, "/readyz")[0] == 200
    assert call(port, f"{PREFIX}/high-risk")[0] == 401
    status, accepted = call(port, f"{PREFIX}/calculate-all", key, "POST")
    assert status == 202
    job = f"{PREFIX}/jobs/{accepted['jobId']}"
    wait_until(lambda: call(port, job, key)[1]["status"] == "completed", process)
    assert call(port, f"{PREFIX}/anna/score", key)[1]["overallScore"] == 100
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert f"http://127.0.0.1:{port}" in err
    assert "Traceback" not in err
    assert key not in err


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_scorecard_file_that_is_wrong_is_said_at_the_start(cli_on_both, command):
    path = cli_on_both.folder / "scorecard.toml"
    path.write_text(path.read_text().replace("weight = 0.6", "weight = 0.9"))
    done = cli_on_both.installed(command)
    assert done.returncode == 1
    assert "scorecard.toml" in done.stderr


def test_serve_without_a_worker_queues_and_does_not_perform(start, cli_on_both):
    key = cli_on_both("keys", "create", "--name", "n", "--role", "admin").stdout.strip()
    process, port = start("--no-worker")
    job = call(port, f"{PREFIX}/calculate-all", key, "POST")[1]["jobId"]
    time.sleep(2)
    assert call(port, f"{PREFIX}/jobs/{job}", key)[1]["status"] == "queued"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


@pytest.mark.parametrize(("proxies", "address"), [('["127.0.0.1"]', "203.0.113.9"), ("[]", "127.0.0.1")])
def test_only_a_trusted_proxy_tells_who_is_behind_it(cli, proxies, address):
    config = cli.folder / "client-health.toml"
    text = config.read_text("utf-8").replace("[web]\n", f"[web]\ntrusted_proxies = {proxies}\n")
    config.write_text(text, "utf-8")
    port = free_port()
    process = cli.start("serve", "--no-worker", "--port", str(port))
    wait_until(lambda: call(port, "/livez")[0] == 200, process)
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=told) as browser:
        page = browser.get("/sign-in")
        cookie = page.headers["set-cookie"]
        form = cookie.partition("=")[2].partition(";")[0]
        fields = {"name": "nobody", "password": "x", "form": form}
        sent = browser.post("/sign-in", data=fields, headers={"Cookie": cookie.partition(";")[0]})
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert (sent.status_code, "Secure" in cookie) == (422, address != "127.0.0.1")
    refused = next(json.loads(line) for line in err.splitlines() if "sign-in refused" in line)
    assert refused["address"] == address


@pytest.mark.parametrize("command", [("serve", "--port"), ("worker", "--metrics-port")])
def test_a_port_that_is_taken_is_1_in_a_sentence(cli, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli.installed(*command, str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "address already in use" in done.stderr


def test_a_worker_ends_with_0_on_sigterm(cli):
    port = free_port()
    process = cli.start("worker", "--metrics-port", str(port))
    wait_until(lambda: call(port, "/readyz")[0] == 200, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in err) == (0, False)


def test_a_request_in_flight_is_answered_after_sigterm_and_no_new_one_is_taken(cli):
    cli("run")
    key = cli("keys", "create", "--name", "n", "--role", "csm").stdout.strip()
    port, body = free_port(), b'{"level": "PROACTIVE"}'
    process = cli.start("serve", "--no-worker", "--port", str(port))
    wait_until(lambda: call(port, "/livez")[0] == 200, process)
    head = [
        f"PUT {PREFIX}/anna/alert-level HTTP/1.1",
        "Host: here",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        assert b" 100 " in connection.recv(1000), "the endpoint waits for the body now"
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: call(port, "/livez")[0] == 0, process)
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert process.wait(timeout=20) == 0
    assert "Traceback" not in process.communicate()[1]


def scrape(port, key):
    """What the metrics of a process say."""
    address = f"http://127.0.0.1:{port}/metrics"
    return read(httpx2.get(address, headers={"Authorization": f"Bearer {key}"}).raise_for_status().text)


def test_a_worker_beside_an_api_tells_of_itself_and_the_api_of_all_runs(start, cli_on_both):
    key = cli_on_both("keys", "create", "--name", "n", "--role", "admin").stdout.strip()
    api, port = start("--no-worker")
    assert call(port, "/readyz")[1]["schedule"] == "no worker"
    beside = free_port()
    worker = cli_on_both.start("worker", "--metrics-port", str(beside), "--log-level", "DEBUG")
    wait_until(lambda: call(beside, "/readyz")[0] == 200, worker)
    assert call(beside, "/livez") == (200, {"status": "ok"})
    assert call(beside, "/metrics")[0] == 401
    assert call(beside, "/docs")[0] == 404
    assert call(port, "/readyz")[1] == {
        "status": "ok",
        "store": True,
        "migrations": True,
        "worker": True,
        "schedule": "alive",
    }
    job = call(port, f"{PREFIX}/calculate-all", key, "POST")[1]["jobId"]
    wait_until(lambda: call(port, f"{PREFIX}/jobs/{job}", key)[1]["status"] == "completed", worker)
    statements = {"source": "default", "query": "usage.login"}
    of_api, of_worker = scrape(port, key), scrape(beside, key)
    assert (of_api("source_statements_total", **statements), of_api("workers")) == (None, 1)
    assert of_worker("source_statements_total", **statements) == 1
    for found in (of_api, of_worker):
        assert found("run_seconds_count", kind="all", outcome="clean") == 1
    for process in (api, worker):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    told = [json.loads(line) for line in worker.communicate()[1].splitlines()]
    of_run = [line for line in told if line["event"].startswith("run ")]
    assert [(line["run_id"], line["attempt"]) for line in of_run] == [(job, 1)] * 2
    assert {line["level"] for line in told} >= {"debug", "info"}


def test_the_level_of_the_log_is_an_environment_variable_too(cli):
    port = free_port()
    process = cli.start("serve", "--no-worker", "--port", str(port), CLIENT_HEALTH_LOG_LEVEL="error")
    wait_until(lambda: call(port, "/livez")[0] == 200, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "started server" in err.lower()) == (0, False)
    done = cli("serve", CLIENT_HEALTH_LOG_LEVEL="loud")
    assert done.returncode == 2
    assert "loud" in done.stderr
    assert "warning" in done.stderr
