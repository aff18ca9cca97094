"""A night against the loop that it replaces: tenant by tenant, each measure a query of its own."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

from bench import loop_queries as queries
from bench.measuring import ROUNDS, Result, in_turns, times_less
from bench.pure_sql import create_tables, instants
from bench.world import World, score_night

SAMPLE = 500
GOAL_WALL, GOAL_CPU = 20, 12


def benchmark(world: World) -> Iterator[Result]:
    """Time the loop over a sample that holds large and small tenants alike, and multiply."""
    loop = TenantLoop(world.source_url, world.tenants)
    settings = world.settings(gentle=True)
    days = [world.next_day() for _ in range(ROUNDS)]
    ours, reference, server = iter(days), iter(days), world.server.process
    assert server is not None
    mine, theirs = in_turns(
        lambda: score_night(world.store, settings, next(ours)),
        lambda: loop.score(next(reference)),
        server.pid,
    )
    print(
        f"tenant loop: {verify(world, loop, days[-1]):,} of {len(loop.sample):,} overall scores equal",
        flush=True,
    )
    factor = world.tenants / len(loop.sample)
    size = f"{world.size}, loop over {len(loop.sample)} × {factor:g}"
    yield times_less("tenant loop, wall", size, mine.wall, theirs.wall * factor, GOAL_WALL)
    yield times_less("tenant loop, CPU", size, mine.cpu, theirs.cpu * factor, GOAL_CPU)


class TenantLoop:
    """Scores every n-th tenant by size; its tables begin as a copy of the reference's, history and all."""

    def __init__(self, url: str, tenants: int) -> None:
        create_tables(url, "looped")
        self._connection = psycopg.connect(url, autocommit=True)  # each statement its own transaction
        for table in ("tenants", "usage_metrics", "health_scores", "score_current"):
            self._connection.execute(f"insert into looped.{table} select * from reference.{table}".encode())
        step = max(1, tenants // SAMPLE)
        # casework.sql numbers the tenants by size; take the middle one of each step.
        self.sample = [f"org{number:022d}" for number in range((step + 1) // 2, tenants + 1, step)]
        self._keys = dict(self._connection.execute("select tenant_id, id from looped.tenants").fetchall())
        self.overall: dict[str, int] = {}
        self._connection.execute("vacuum analyze")
        self._connection.execute("set timezone = 'UTC'")

    def score(self, day: date) -> None:
        """One night of the sample."""
        at = instants(day)
        as_of = at["as_of"]
        at |= {f"window_{days}": as_of - timedelta(days=days) for days in (30, 90)}  # type: ignore[operator]
        at["days"] = [day - timedelta(days=back) for back in range(1, 8)]
        for tenant in self.sample:
            self._score_tenant({**at, "tenant": tenant, "key": self._keys[tenant]})

    def _score_tenant(self, values: dict[str, Any]) -> None:
        self._ask(queries.TENANT, values)
        found = {name: float(self._ask(query, values) or 0) for name, query in queries.MEASURES.items()}
        scores = component_scores(found)
        overall = weigh(scores)
        previous, baseline = self._ask(queries.PREVIOUS, values), self._ask(queries.BASELINE, values)
        change = overall - (overall if baseline is None else baseline)
        trend = "IMPROVING" if change > 5 else "DECLINING" if change < -5 else "STABLE"
        high = overall < 40 or (overall < 60 and trend == "DECLINING") or not found["active_users"]
        told = {
            "measures": list(found.values()),
            "scores": [math.nan if score is None else float(score) for _, score in scores],
            "overall": overall,
            "previous": previous,
            "baseline": baseline,
            "trend": trend,
            "level": "HIGH" if high else "MEDIUM" if overall < 70 or trend == "DECLINING" else "LOW",
        }
        for statement in (queries.USAGE, queries.SCORE, queries.CURRENT):
            self._connection.execute(statement.encode(), {**values, **told})
        self.overall[values["tenant"]] = overall

    def _ask(self, query: str, values: dict[str, Any]) -> Any:
        row = self._connection.execute(query.encode(), values).fetchone()
        return None if row is None else row[0 if len(row) == 1 else 1]


def component_scores(found: dict[str, float]) -> list[tuple[float, int | None]]:
    """Weights and scores of the built-in scorecard; None where a silent tenant has nothing to measure."""
    silent = None if not found["active_users"] else 100
    return [
        (0.20, _ratio(found["active_users"], found["total_users"], 0.70, 0)),
        (0.25, _ratio(found["on_time"], found["closed_with_verdict"] + found["overdue"], 0.90, silent)),
        (0.25, _ratio(found["completed"], found["due"], 0.85, silent)),
        (0.15, _ratio(found["in_use"], 14 if found["known"] else 0, 0.60, 0)),
        (0.15, math.floor(max(100 - 10 * found["tickets"], 0) + 0.5)),
    ]


def _ratio(value: float, per: float, target: float, empty: int | None) -> int | None:
    return math.floor(min(value / per / target, 1) * 100 + 0.5 + 1e-9) if per else empty


def weigh(scores: list[tuple[float, int | None]]) -> int:
    """The overall score."""
    known = [(weight, score) for weight, score in scores if score is not None]
    points = sum(weight * score for weight, score in known)
    return math.floor(points / sum(weight for weight, _ in known) + 0.5 + 1e-9)


def verify(world: World, loop: TenantLoop, day: date) -> int:
    """The loop tells the same overall scores as the product."""
    query = "select tenant_id, overall from health_scores join tenants on tenants.id = tenant where day = %s"
    with psycopg.connect(world.store_url) as connection:
        ours = dict(connection.execute(query, (day,)).fetchall())
    differing = {
        tenant: (ours[tenant], score) for tenant, score in loop.overall.items() if ours[tenant] != score
    }
    assert not differing, f"{len(differing)} tenants differ: {list(differing.items())[:3]}"
    return len(loop.overall)
