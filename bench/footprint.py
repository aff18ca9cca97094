"""What a night costs the source: its statements, their CPU, and how long others wait meanwhile."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as clock
from typing import Any

import psycopg

from bench import casework
from bench.foreground import Foreground
from bench.measuring import ROUNDS, Result, seconds, server_cpu
from bench.world import World
from client_health.jobs.calculation import open_readers
from client_health.settings.model import Settings, SourceSettings
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience
from client_health.usage.collect import Assignment, collect
from tests.docs.pages import DOCS, block_named

GOAL = 2.0
SHARDS = (1, 4, 16)
IDLE = 3.0  # seconds
PAUSE_MS = SourceSettings.model_fields["pause_ms"].default


@dataclass
class Variant:
    """One way to ask; figures of each round."""

    name: str
    settings: Settings
    is_default: bool
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)

    def result(self, size: str) -> Result:
        """The medians; what has no goal is for comparison."""
        idle, busy, cpu, wall = map(statistics.median, (self.idle, self.busy, self.cpu, self.wall))
        asked = f"{len(self.statements)} statements, longest {seconds(max(self.statements))}"
        size = f"{size}, {asked}, {seconds(cpu)} CPU in {seconds(wall)}"
        goal, met = (f"≤ {GOAL:g}", busy <= GOAL * idle) if self.is_default else ("–", True)
        told = f"p99 {_milliseconds(busy)}", f"{_milliseconds(idle)} idle"
        return Result(f"footprint, {self.name}", size, *told, busy / idle, goal, met)


def benchmark(world: World) -> Iterator[Result]:
    """First as the database is, then with the indexes of docs/sources.md, which are dropped at the end."""
    yield from _measure(world, "")
    made = _create_indexes(world.source_url)
    yield from _measure(world, ", covering indexes")
    with psycopg.connect(world.source_url, autocommit=True) as connection:
        connection.execute(f"drop index {', '.join(made)}".encode())


def _measure(world: World, indexes: str) -> Iterator[Result]:
    variants = [
        Variant(
            f"{'gentle' if gentle else 'not gentle'}, {shards} shard{'s'[: shards > 1]}{indexes}",
            _settings(world, gentle, shards),
            gentle and shards == 1 and not indexes,
        )
        for gentle, shards in itertools.product((True, False), SHARDS)
    ]
    with Foreground(world.source_url) as foreground:
        for _ in range(ROUNDS):
            for variant in variants:
                _round(world, variant, foreground)
    for variant in variants:
        yield variant.result(world.size)


def _settings(world: World, gentle: bool, shards: int) -> Settings:
    settings = world.settings(gentle, features=True)
    assert settings.source is not None
    source = settings.source.model_copy(update={"shards": shards, "pause_ms": PAUSE_MS})
    return settings.model_copy(update={"source": source})


def _round(world: World, variant: Variant, foreground: Foreground) -> None:
    """The application alone for a while, then beside a collection."""
    assert world.server.process is not None
    foreground.p99()
    time.sleep(IDLE)
    variant.idle.append(foreground.p99())
    before, wall = server_cpu(world.server.process.pid) - foreground.cpu(), time.perf_counter()
    variant.statements = _collect(variant.settings)
    variant.wall.append(time.perf_counter() - wall)
    variant.busy.append(foreground.p99())
    time.sleep(0.1)  # parallel workers are counted once the server has noticed that they ended
    variant.cpu.append(server_cpu(world.server.process.pid) - foreground.cpu() - before)


def _collect(settings: Settings) -> list[float]:
    """Read the source as a night does; seconds of each statement."""
    taken: list[float] = []
    as_of = datetime.combine(casework.FIRST_NIGHT, clock(), UTC)
    with ExitStack() as stack:
        readers = open_readers(settings, stack, Pace(), Patience())
        for reader in readers.values():
            reader.session.fetch = _timed(reader.session.fetch, taken)  # type: ignore[method-assign]
        found = collect(Assignment(as_of, casework.FIRST_NIGHT), settings, readers, lambda *_: None)
    failed = [report for report in found.reports if report.failure]
    assert not failed, failed
    return taken


def _timed(fetch: Callable[..., Any], taken: list[float]) -> Callable[..., Any]:
    def timed(*args: Any) -> Any:
        rows = fetch(*args)
        taken.append(rows.seconds)
        return rows

    return timed


def _create_indexes(url: str) -> list[str]:
    """Those that the page recommends; their names."""
    names = "select indexname from pg_indexes where schemaname = 'public'"
    with psycopg.connect(url, autocommit=True) as connection:
        before = {row[0] for row in connection.execute(names)}
        connection.execute(block_named(DOCS / "sources.md", "sql", "-- covering indexes").encode())
        connection.execute("vacuum analyze")
        return sorted({str(row[0]) for row in connection.execute(names)} - before)


def _milliseconds(value: float) -> str:
    return f"{value * 1000:.2f} ms"
