"""A night against the loop that it replaces: tenant by tenant, each measure a query of its own."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

from bench.loop_queries import QUERIES, SCORE, USAGE, upsert_current
from bench.measuring import Result, in_turns, times_less
from bench.pure_sql import create_tables, instants
from bench.world import World, score_night

SAMPLE = 500
GOAL_WALL, GOAL_CPU = 20, 12
CURVES = (("login", 0.20, 0.70, 0), ("cases", 0.25, 0.90, 100), ("campaigns", 0.25, 0.85, 100), ("features", 0.15, 0.60, 0))


def benchmark(world: World) -> Iterator[Result]:
    """Time the loop over a sample that holds large and small tenants alike, and multiply."""
    loop = TenantLoop(world.source_url, world.tenants)
    settings = world.settings(gentle=True)
    ours, reference = ([world.next_day() for _ in range(5)] for _ in range(2))
    days, loop_days = iter(ours), iter(ours)
    del reference
    server = world.server.process
    assert server is not None
    mine, theirs = in_turns(
        lambda: score_night(world.store, settings, next(days)),
        lambda: loop.score(next(loop_days)),
        server.pid,
    )
    equal = verify(world, loop, ours[-1])
    print(f"tenant loop: {equal} of {len(loop.sample)} overall scores equal", flush=True)
    factor = world.tenants / len(loop.sample)
    size = f"{world.size}; loop of {len(loop.sample)} × {factor:g}"
    yield times_less("tenant loop, wall", size, mine.wall, theirs.wall * factor, GOAL_WALL)
    yield times_less("tenant loop, CPU", size, mine.cpu, theirs.cpu * factor, GOAL_CPU)
