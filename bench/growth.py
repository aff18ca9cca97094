"""Growth: whole nights of fleets of ten times the size, each night in a process of its own."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from bench import casework
from bench.measuring import ROUNDS, Result, seconds
from bench.memory import high_water_mark
from bench.world import SERVER, score_night, settings_for
from client_health.store import migrate
from client_health.store.engine import open_store
from tests.databases import PostgresServer, start_postgres

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DRAWN = 39  # rows a tenant; with the organization, its features and what was left out they are about 50
GOAL_GROWTH, GOAL_MB = 1.25, 1000


@dataclass
class Fleet:
    """A source and a store; seconds and peak memory of its nights."""

    tenants: int
    rows: int
    source_url: str
    store_url: str
    day: date = casework.FIRST_NIGHT
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def score(self) -> None:
        """The next night."""
        self.day += timedelta(days=1)
        command = [
            sys.executable,
            "-m",
            "bench.growth",
            self.source_url,
            self.store_url,
            self.day.isoformat(),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        taken, peak = map(float, done.stdout.split()[-2:])
        self.seconds.append(taken)
        self.memory.append(peak)

    @property
    def size(self) -> str:
        """In words."""
        return f"{self.tenants:,} tenants, {self.rows:,} rows"


def benchmark(sizes: Sequence[int]) -> Iterator[Result]:
    """Each source, on PostgreSQL, is read by nights with a store there and by nights with SQLite."""
    with tempfile.TemporaryDirectory() as folder, start_postgres(settings=SERVER) as server:
        fleets = [_fleets(server, tenants, folder) for tenants in sorted(sizes)]
        for number in range(ROUNDS + 1):  # the first night meets an empty store
            for both in fleets:
                for fleet in both[:: 1 if number % 2 else -1]:
                    fleet.score()
        for name, these in zip(("PostgreSQL", "SQLite"), zip(*fleets, strict=True), strict=True):
            yield from _results(name, these)


def _fleets(server: PostgresServer, tenants: int, folder: str) -> tuple[Fleet, Fleet]:
    """One source, two stores."""
    name = f"growth_{tenants}"
    url = server.create_database(name)
    rows = casework.build(url, tenants, tenants * DRAWN)
    stores = server.create_database(f"{name}_store"), f"sqlite:///{Path(folder)}/{name}.db"
    for store_url in stores:
        with closing(open_store(settings_for(url, store_url))) as store:
            migrate.upgrade(store)
    postgresql, sqlite = (Fleet(tenants, rows, url, store_url) for store_url in stores)
    return postgresql, sqlite


def _results(store: str, fleets: Sequence[Fleet]) -> Iterator[Result]:
    """Seconds against ten times, or however many more, of the next smaller fleet's; and memory."""
    for place, fleet in enumerate(fleets):
        taken, smaller = statistics.median(fleet.seconds[1:]), fleets[max(0, place - 1)]
        expected = statistics.median(smaller.seconds[1:]) * fleet.tenants / smaller.tenants
        ratio, goal = taken / expected, f"≤ {GOAL_GROWTH:g}" if place else "–"
        told = f"{seconds(taken)}, first {seconds(fleet.seconds[0])}"
        reference = f"{seconds(expected)} if linear" if place else ""
        met = not place or ratio <= GOAL_GROWTH
        yield Result(f"growth, {store}", fleet.size, told, reference, ratio, goal, met)
    peak = max(fleets[-1].memory)
    name, limit = f"growth, {store}, peak memory", f"≤ {GOAL_MB:,} MB"
    yield Result(name, fleets[-1].size, f"{peak:,.0f} MB", "", peak, limit, peak <= GOAL_MB)


def _night(source_url: str, store_url: str, day: str) -> None:
    settings = settings_for(source_url, store_url)
    store = open_store(settings)
    started = time.perf_counter()
    score_night(store, settings, date.fromisoformat(day))
    print(time.perf_counter() - started, high_water_mark())
    store.close()


if __name__ == "__main__":
    _night(*sys.argv[1:])
