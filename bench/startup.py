"""How long `serve` and `run` take to start on an empty store, and how much is installed."""

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from bench.measuring import ROUNDS, Result, seconds
from bench.service import configure
from client_health.settings import load_settings
from client_health.store import migrate
from client_health.store.engine import open_store
from tests.browser.served import free_port
from tests.casework.builder import Casework
from tests.databases import casework_sqlite

BARE_SERVE = "import sys, uvicorn; from fastapi import FastAPI; uvicorn.run(FastAPI(), port=int(sys.argv[1]))"
BARE_RUN = "import sqlalchemy, numpy"
LONGEST = 60  # seconds
STORES = True, False  # with an empty store, without any
MADE, EMPTY = "store.db", "empty.db"


def benchmark() -> Iterator[Result]:
    """Beside the least that has to start: uvicorn with an empty FastAPI, Python with SQLAlchemy and NumPy."""
    with tempfile.TemporaryDirectory() as name:
        config = _service(Path(name))
        ours = [sys.executable, "-m", "client_health.cli", "--config", str(config)]
        for kept in STORES:
            size = "empty store" if kept else "no store yet"
            yield _compare(
                f"start of serve, {size}",
                lambda kept=kept: _until_it_accepts([*ours, "serve", "--port"], config, kept),  # type: ignore[misc]
                lambda: _until_it_accepts([sys.executable, "-c", BARE_SERVE], config, True),
            )
            yield _compare(
                f"run of one tenant, {size}",
                lambda kept=kept: _until_it_ends([*ours, "run"], config, kept),  # type: ignore[misc]
                lambda: _until_it_ends([sys.executable, "-c", BARE_RUN], config, True),
            )
    yield _installed()


def _service(folder: Path) -> Path:
    """A configuration, a source with one tenant, and an empty store to copy."""
    source = Casework(casework_sqlite(folder / "application.db"))
    source.tenant("acme")
    source.save()
    config = configure(folder, str(source.target), f"sqlite:///{folder / MADE}")
    config.write_text(config.read_text("utf-8").replace("[source]", "[source]\npause_ms = 0"), "utf-8")
    with closing(open_store(load_settings(config))) as store:
        migrate.upgrade(store)
    shutil.move(folder / MADE, folder / EMPTY)
    return config


def _compare(name: str, ours: Callable[[], float], bare: Callable[[], float]) -> Result:
    told: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        for side, kept in list(zip((ours, bare), told, strict=True))[:: 1 if number % 2 else -1]:
            kept.append(side())
    mine, theirs = map(statistics.median, told)
    return Result(name, "SQLite", seconds(mine), seconds(theirs), mine / theirs, "–", True)


def _begin(command: Sequence[str], config: Path, has_store: bool) -> subprocess.Popen[bytes]:
    """Start it over an empty store, or over none."""
    for left in config.parent.glob(f"{MADE}*"):
        left.unlink()
    if has_store:
        shutil.copy(config.parent / EMPTY, config.parent / MADE)
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=config.parent)


def _until_it_accepts(command: Sequence[str], config: Path, has_store: bool) -> float:
    port, started = free_port(), time.perf_counter()
    process = _begin([*command, str(port)], config, has_store)
    try:
        while time.perf_counter() < started + LONGEST and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return time.perf_counter() - started
            time.sleep(0.005)
        raise RuntimeError(f"{' '.join(command)} did not start")
    finally:
        process.terminate()
        process.wait(LONGEST)


def _until_it_ends(command: Sequence[str], config: Path, has_store: bool) -> float:
    started = time.perf_counter()
    if code := _begin(command, config, has_store).wait(LONGEST):
        raise RuntimeError(f"{' '.join(command)} ended with exit code {code}")
    return time.perf_counter() - started


def _installed() -> Result:
    """The product and what it needs, as it is installed here; without what only development needs."""
    names = _needed("client-health", frozenset(), {})
    files = [file for name in names for file in metadata.files(name) or []]
    size = sum(path.stat().st_size for file in files if (path := Path(str(file.locate()))).is_file())
    told = f"{len(names)} distributions, {size / 1e6:.0f} MB"
    return Result("installed", "without extras", told, "", len(names), "–", True)


def _needed(name: str, extras: frozenset[str], found: dict[str, set[str]]) -> dict[str, set[str]]:
    """Distributions and their extras, from what each says that it requires on this machine."""
    known = found.setdefault(name.lower().replace("_", "-"), set())
    new = (extras | {""}) - known
    known |= new
    for wanted in map(Requirement, metadata.requires(name) or []):
        if new and (wanted.marker is None or any(wanted.marker.evaluate({"extra": one}) for one in new)):
            _needed(wanted.name, frozenset(wanted.extras), found)
    return found
