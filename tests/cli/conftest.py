"""The command in a folder of its own: installed, or forked from a process that has loaded it already."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cast import CONFIG, SCORECARD, App, make_service

COMMAND = Path(sys.executable).parent / "client-health"
FROM_ENVIRONMENT = CONFIG.replace('"sqlite:///app.db"', '"${APP_DATABASE_URL}"')


class Forks:
    """A process that has loaded the command, and forks for each call of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forking.py")],
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, folder: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> int:
        """Run the command to its end; its output is in the files `.out` and `.err` of the folder."""
        call = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": environment,
            "in": str(folder / ".in") if (folder / ".in").exists() else os.devnull,
            "out": str(folder / ".out"),
            "err": str(folder / ".err"),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass
class Cli:
    """A folder with configuration and application, and the command called in it."""

    folder: Path
    forks: Forks
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> CompletedProcess[str]:
        """Run the command to its end, without its start. No tracebacks are ever shown to people."""
        code = self.forks.call(self.folder, arguments, self.environment | environment)
        out, err = (self.folder / ".out").read_text("utf-8"), (self.folder / ".err").read_text("utf-8")
        (self.folder / ".out").unlink()
        (self.folder / ".err").unlink()
        assert "Traceback" not in out + err, err
        return CompletedProcess(arguments, code, out, err)

    def with_stdin(self, given: str, *arguments: str) -> CompletedProcess[str]:
        """The same with something on standard input."""
        (self.folder / ".in").write_text(given, "utf-8")
        try:
            return self(*arguments)
        finally:
            (self.folder / ".in").unlink()

    def installed(self, *arguments: str, **environment: str) -> CompletedProcess[str]:
        """Run the installed command to its end, as a user does."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in out + err, err
        return CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_json(self, *arguments: str) -> dict[str, Any]:
        """The one object that `run --json` prints."""
        done = self("run", "--json", *arguments)
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def app(self) -> App:
        """The application, which `ready` or `world` has made."""
        app = App.__new__(App)
        app.path = self.folder / "app.db"
        return app


def clean_environment() -> dict[str, str]:
    """The environment of the tests without what the command reads; a wide, plain terminal."""
    ours = {"APP_DATABASE_URL", "CLIENT_HEALTH_CONFIG", "FORCE_COLOR", "COLORTERM"}
    return {k: v for k, v in os.environ.items() if k not in ours} | {"COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The process that forks for calls."""
    made = Forks()
    yield made
    made.close()


@pytest.fixture
def empty(tmp_path: Path, forks: Forks) -> Cli:
    """A folder with nothing in it."""
    return Cli(tmp_path, forks, clean_environment())


@pytest.fixture
def cli(tmp_path: Path, forks: Forks) -> Cli:
    """Four tenants at 100, whose source is named by the environment; a migrated SQLite store."""
    return _with_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", forks)


@pytest.fixture
def cli_on_both(tmp_path: Path, store_url: str, forks: Forks) -> Cli:
    """The same on either dialect."""
    return _with_service(tmp_path, store_url, forks)


def _with_service(folder: Path, store_url: str, forks: Forks) -> Cli:
    make_service(folder, store_url, FROM_ENVIRONMENT, SCORECARD).store.close()
    return Cli(folder, forks, clean_environment() | {"APP_DATABASE_URL": "sqlite:///app.db"})
