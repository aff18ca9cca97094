"""Finds Chromium, or installs Debian's: with apt as root, else into a folder of the project without root.

A browser that Playwright would download by itself cannot be had in a closed network; Debian's package can
wherever packages can be installed at all.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.browser import unpacked

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # the sandbox cannot start as root or in most containers; only our own pages are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoChromiumError(Exception):
    """There is none, and none could be installed; says why."""


@dataclass(frozen=True)
class Chromium:
    """A browser, and what its environment needs beside what there is."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def launch(self, playwright: Playwright) -> Browser:
        """Start it without a window. It asks no server for anything by itself."""
        return playwright.chromium.launch(
            executable_path=self.path, args=list(ARGUMENTS), env={**os.environ, **self.environment}
        )


@cache
def find_chromium() -> Chromium:
    """The one that CLIENT_HEALTH_CHROMIUM names, the machine's, or a new one; raises NoChromiumError."""
    if named := os.environ.get("CLIENT_HEALTH_CHROMIUM"):
        if shutil.which(named) is None:
            raise NoChromiumError(f"CLIENT_HEALTH_CHROMIUM: {named} is no program")
        return Chromium(Path(named))
    if found := _of_the_machine():
        return found
    with _alone():
        return _of_the_machine() or _installed()


def _of_the_machine() -> Chromium | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return None if found is None else Chromium(Path(found))


def _installed() -> Chromium:
    if shutil.which("apt-get") is None:
        raise NoChromiumError(
            "there is no Chromium, and no apt-get to install one; CLIENT_HEALTH_CHROMIUM names one"
        )
    try:
        if os.geteuid() == 0:
            _install()
            found = _of_the_machine()
        else:
            found = Chromium(*unpacked.chromium(FOLDER))
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip().splitlines()[-3:]
        raise NoChromiumError(f"{' '.join(error.cmd)} failed: {' '.join(last)}") from error
    if found is None:
        raise NoChromiumError("the package chromium was installed, but there is no program of that name")
    return found


def _install() -> None:
    """As root. The lists of packages are fetched only where those at hand do not do."""
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    try:
        _run(install)
    except subprocess.CalledProcessError:
        _run(["apt-get", "update"])
        _run(install)


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, capture_output=True, text=True, env=environment)


@contextmanager
def _alone() -> Iterator[None]:
    """Only one of the processes that run tests side by side installs."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
