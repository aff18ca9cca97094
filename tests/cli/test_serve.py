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


def call(port: int, path: str, key: str = "", method: str = "GET") -> tuple[int, dict]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    request.add_header("Authorization", f"Bearer {key}")
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
    with (cli.folder / "client-health.toml").open("a", encoding="utf-8") as config:
        config.write(f"\n[web]\ntrusted_proxies = {proxies}\n")
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


def test_a_port_that_is_taken_is_1_in_a_sentence(cli):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli.installed("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "address already in use" in done.stderr


def test_a_worker_ends_with_0_on_sigterm(cli):
    process = cli.start("worker")
    time.sleep(6)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in err) == (0, False)
