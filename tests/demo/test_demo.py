"""`make demo`: builds a scored history, serves it, ends on Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from client_health.demo.folder import prepare
from client_health.errors import UsageError
from client_health.settings import load_settings
from client_health.store import runs
from client_health.store import scores as stored
from client_health.store.engine import open_store

TENANTS, DAYS, PATIENCE = 20, 12, 90
API = "/api/v1/internal/client-health"


def command(folder: Path, *options: str, tenants: int = TENANTS, days: int = DAYS) -> list[str]:
    size = ["--tenants", str(tenants), "--days", str(days)]
    return [sys.executable, "-m", "client_health.demo", "--folder", str(folder), *size, *options]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo that serves, and what it had printed by then."""
    process = subprocess.Popen(
        command(folder, "--port", str(port), tenants=12, days=3),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        yield process, said
    finally:
        process.kill()
        process.wait()


def sign_in(address: str, name: str, password: str) -> str:
    """Open a page that is for administrators, sign in, and follow; returns the path that one ends at."""
    with httpx2.Client(base_url=address, follow_redirects=True) as browser:
        page = browser.get("/users")
        assert page.url.path == "/sign-in"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        page = browser.post("/sign-in", data={"name": name, "password": password, **hidden})
        assert page.status_code == 200
        return page.url.path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, run(*command(folder, "--no-serve"))


def test_every_day_up_to_yesterday_is_scored(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = built
    assert done.returncode == 0, done.stdout + done.stderr
    last = datetime.now(UTC).date() - timedelta(days=1)
    first = last - timedelta(days=DAYS - 1)
    with (
        closing(open_store(load_settings(folder / "client-health.toml"))) as store,
        store.read() as connection,
    ):
        days = stored.days_scored(connection, 1, first - timedelta(days=9), last + timedelta(days=9))
        nights = runs.between(connection, first, last)
    assert days == [first + timedelta(days=number) for number in range(DAYS)]
    assert [(night.status, night.trigger) for night in nights] == [
        *[("completed", "night")] * (DAYS - 1),
        ("completed", "command"),
    ]


def test_nights_of_the_history_carry_the_time_at_which_they_would_have_run(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    with (
        closing(open_store(load_settings(built[0] / "client-health.toml"))) as store,
        store.read() as connection,
    ):
        nights = [one for one in runs.newest(connection, DAYS) if one.trigger == "night"]
    assert {one.finished_at.hour for one in nights if one.finished_at} == {2}
    assert all(one.as_of < one.created_at < one.as_of + timedelta(hours=3) for one in nights)


def test_the_configuration_stays_one_of_the_casework_preset_with_normal_pauses(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    settings = tomllib.loads((built[0] / "client-health.toml").read_text("utf-8"))
    assert settings["source"] == {"url": "sqlite:///app.db", "pause_ms": 100, "statement_timeout": "60s"}
    assert len(settings["features"]["catalogue"]) == 14


def test_the_worst_tenants_are_shown_with_their_stories(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    said = built[1].stdout
    assert "tenants scored" in said
    assert "Worst 10" in said
    assert "Champion left" in said
    assert re.search(r"Hollow Oak Ventures +\d+ +HIGH +\w+ +Login activity +\d+ +Empty tenant", said)


def test_progress_is_plain_lines_without_a_terminal(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    lines = [line for line in built[1].stderr.splitlines() if line.startswith("Living")]
    assert len(lines) == 10
    assert lines[-1] == f"Living and scoring: day {DAYS} of {DAYS}"


def test_a_demo_may_be_built_again_in_its_folder(tmp_path: Path) -> None:
    config = prepare(tmp_path / "demo")
    first = config.read_text("utf-8")
    (tmp_path / "demo" / "app.db").write_text("old")
    (tmp_path / "demo" / "more").mkdir()
    assert prepare(tmp_path / "demo").read_text("utf-8") == first
    assert list((tmp_path / "demo").iterdir()) == [config]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "client-health.toml").write_text("timezone = 'UTC'\n")
    (tmp_path / "client-health.db").write_text("dear")
    with pytest.raises(UsageError, match="is no demo"):
        prepare(tmp_path)
    assert (tmp_path / "client-health.db").read_text() == "dear"


def test_a_taken_port_is_told_before_anything_is_built(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(*command(tmp_path / "demo", "--port", str(port)))
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken" in done.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.slow
def test_it_serves_what_it_prints_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path / "demo", port) as (process, said):
        key = re.findall(r"ch_[\w-]+", said)[0]
        address = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx2.get(f"{address}/livez").status_code == 200
        name, password = re.findall(r"sign in as (\S+), password (\S+)", said)[0]
        assert sign_in(address, name, password) == "/users"
        answer = httpx2.get(f"{address}{API}/high-risk", headers=headers)
        assert answer.status_code == 200
        assert answer.json()["total"] >= 1
        for path in re.findall(rf"^curl -s -H .* {address}(\S+)$", said, re.MULTILINE):
            assert httpx2.get(f"{address}{path}", headers=headers).status_code == 200
        assert httpx2.post(f"{address}{API}/calculate-all", headers=headers).status_code == 202
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        rest = process.stdout.read()
        assert process.wait(timeout=PATIENCE) == 0, rest
    assert "Stopped." in rest
    assert "Traceback" not in rest


def test_ctrl_c_while_building_ends_it_with_a_sentence(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(tmp_path / "demo", "--no-serve", days=400),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("A simulated application")
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(timeout=PATIENCE) == 130
    assert "Stopped before the demo was built" in said
    assert "Traceback" not in said
