"""The API and the portfolio's page under load, against the same answers by hand from bare Starlette."""

import json
import pickle
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bench.history import History, filled, join, plain
from bench.load import Load, Order, load, median
from bench.measuring import ROUNDS, Result, seconds
from bench.service import configure
from bench.world import SERVER
from client_health.api.application import PREFIX
from client_health.dashboard.context import COOKIE, Visitor
from client_health.dashboard.portfolio.state import State
from client_health.dashboard.portfolio.view import read_view
from client_health.instants import utc_now
from client_health.jobs.standing import standing
from client_health.settings import load_settings
from client_health.store import keys
from client_health.store.audit import Actor
from client_health.store.engine import Store
from tests.browser.served import free_port, serving
from tests.databases import start_postgres

SIZES, DAYS = (10_000, 100_000), 365
GOAL_RATE, GOAL_P99 = 0.7, 0.05
IN_FLIGHT, SECONDS = 50, 4  # each round asks for about as long
ASKED = 500  # tenants


@dataclass(frozen=True)
class Sides:
    """Both servers and what they want to see."""

    ours: int
    bare: int
    header: str

    def order(self, port: int, paths: Sequence[str], requests: int) -> Order:
        """The same order for either."""
        return Order(port, paths, self.header, requests, IN_FLIGHT)


def benchmark(sizes: Sequence[int], days: int) -> Iterator[Result]:
    """A store on PostgreSQL that grows. The first tenants have the whole past, and they are asked."""
    with tempfile.TemporaryDirectory() as folder, start_postgres(settings=SERVER) as server:
        url = server.create_database("api")
        config = configure(Path(folder), server.create_database("application"), url)
        store = Store(make_url(url))
        try:
            history = filled(store, plain(min(sizes)), days)
            for size in sizes:
                if size > min(sizes):
                    join(history, plain(size))
                _settle(store)
                yield from _measure(config, history, min(sizes), days)
        finally:
            store.close()


def _measure(config: Path, history: History, first: int, days: int) -> Iterator[Result]:
    asked = [f"t{number}" for number in range(0, first, max(1, first // ASKED))]
    paths = {
        "score": [f"{PREFIX}/{tenant}/score" for tenant in asked],
        f"history, {days} days": [f"{PREFIX}/{tenant}/history?days={days}" for tenant in asked],
        "portfolio, API": [f"{PREFIX}/"],
        "portfolio, page": ["/"],
    }
    with ExitStack() as stack:
        site = stack.enter_context(serving(config.parent, "--no-worker"))
        with history.store.write() as connection:
            _, key = keys.create(connection, "bench", "viewer", Actor("bench", "command"), utc_now())
        header = f"Authorization: Bearer {key}\r\nCookie: {COOKIE}={site.session('viewer')}"
        ours = int(site.address.rpartition(":")[2])
        pages = {"/": (_statements(config, history.store), _get(ours, "/", header))}
        sides = Sides(ours, stack.enter_context(_bare(history.store, pages, config.parent)), header)
        for name, these in paths.items():
            size = f"{len(history.tenants):,} tenants" + (
                f", {first:,} with {days} days" if "days" in name else ""
            )
            yield from _compare(sides, name, size, these)


def _compare(sides: Sides, name: str, size: str, paths: list[str]) -> Iterator[Result]:
    """Rounds in turns. Requests are as many as the slower side answers in the time, or thereabouts."""
    for path in paths[:: max(1, len(paths) // 20)]:
        ours, bare = (_get(port, path, sides.header) for port in (sides.ours, sides.bare))
        assert ours == bare if path == "/" else json.loads(ours) == json.loads(bare), (
            f"{path}: {ours!r} {bare!r}"
        )
    tried = [load(sides.order(port, paths, 2 * IN_FLIGHT)).rate for port in (sides.bare, sides.ours)]
    requests = max(2 * IN_FLIGHT, int(min(tried) * SECONDS))
    told: dict[int, list[Load]] = {sides.ours: [], sides.bare: []}
    for number in range(ROUNDS):
        for port in list(told)[:: 1 if number % 2 else -1]:
            told[port].append(load(sides.order(port, paths, requests)))
    mine, theirs = median(told[sides.ours]), median(told[sides.bare])
    ratio = mine.rate / theirs.rate
    yield Result(
        f"{name}, rate", size, _rate(mine), _rate(theirs), ratio, f"≥ {GOAL_RATE}", ratio >= GOAL_RATE
    )
    met, goal = mine.p99 <= GOAL_P99, f"≤ {seconds(GOAL_P99)}"
    yield Result(
        f"{name}, p99", size, seconds(mine.p99), seconds(theirs.p99), mine.p99 / theirs.p99, goal, met
    )


def _rate(told: Load) -> str:
    return f"{told.rate:,.0f}/s, p50 {seconds(told.p50)}"


def _settle(store: Store) -> None:
    """What autovacuum would have done by the morning."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")


def _statements(config: Path, store: Store) -> list[tuple[str, Any]]:
    """What the portfolio's page asks of the store, without the session."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    settings, now = load_settings(config), utc_now()
    who = Visitor("", "nobody", "Nobody", "viewer", "", "127.0.0.1")
    sa.event.listen(store.engine, "before_cursor_execute", note)
    with store.read() as connection:
        day = standing(connection, settings, now).day
        assert day is not None
        read_view(connection, settings, State.parse({}), who, day, now)
    sa.event.remove(store.engine, "before_cursor_execute", note)
    return asked


@contextmanager
def _bare(store: Store, pages: object, folder: Path) -> Iterator[int]:
    port, recorded = free_port(), folder / "pages.pickle"
    recorded.write_bytes(pickle.dumps(pages))
    url = store.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-m", "bench.bare_api", url, str(port), str(recorded)])
    try:
        _until(lambda: _get(port, f"{PREFIX}/", ""))
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _until(work: Callable[[], object]) -> None:
    for _ in range(200):
        with suppress(OSError):
            work()
            return
        time.sleep(0.1)
    raise RuntimeError("the bare server did not start")


def _get(port: int, path: str, header: str) -> bytes:
    headers = dict(line.split(": ", 1) for line in header.split("\r\n") if line)
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())
