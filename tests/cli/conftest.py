"""The installed command in a folder of its own."""

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


@dataclass
class Cli:
    """A folder with configuration and application, and the command called in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> CompletedProcess[str]:
        """Run the command to its end. No tracebacks are ever shown to people."""
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


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    """A folder with nothing in it."""
    return Cli(tmp_path, clean_environment())


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    """Four tenants at 100, whose source is named by the environment; a migrated SQLite store."""
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", FROM_ENVIRONMENT, SCORECARD)
    service.store.close()
    yield Cli(tmp_path, clean_environment() | {"APP_DATABASE_URL": "sqlite:///app.db"})


@pytest.fixture
def cli_on_both(tmp_path: Path, store_url: str) -> Iterator[Cli]:
    """The same on either dialect."""
    service = make_service(tmp_path, store_url, FROM_ENVIRONMENT, SCORECARD)
    service.store.close()
    yield Cli(tmp_path, clean_environment() | {"APP_DATABASE_URL": "sqlite:///app.db"})
