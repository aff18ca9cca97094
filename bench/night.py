"""A night of the product against the same night in pure SQL; both must tell the same figures."""

from collections.abc import Iterator
from datetime import date

import psycopg

from bench.measuring import ROUNDS, Result, at_most, in_turns
from bench.world import World, score_night

GOAL = 1.15
COLUMNS = (
    "overall, previous_score, baseline_score, baseline_day, trend, risk_level, risk_reason, "
    "component_scores, component_states, measures"
)
FIGURES = f"""
select tenant_id, array[{COLUMNS.replace(", ", "::text, ")}::text]
from {{prefix}}health_scores join {{prefix}}usage_metrics using (day, tenant)
join {{prefix}}tenants on tenants.id = tenant where day = %s order by tenant_id
"""

PEERS = """
select array[industry, size, segment, measure, label],
       array[tenants, p25, median, p75, mean], histogram::text
from {prefix}benchmarks where day = %s order by industry, size, segment, measure
"""
MEMBERS = """
select tenant_id, array[members.industry, size, members.segment], figures::text
from {prefix}benchmark_members as members join {prefix}tenants on tenants.id = tenant
order by tenant_id
"""


def benchmark(world: World) -> Iterator[Result]:
    """Without parallel workers for either side, with them for both, and with the feature grid in both."""
    yield _compare(world, "night, no parallel workers", gentle=True)
    yield _compare(world, "night, parallel workers", gentle=False)
    yield _compare(world, "night with feature grid", gentle=True, features=True)


def _compare(world: World, name: str, gentle: bool, features: bool = False) -> Result:
    settings, days = world.settings(gentle, features), [world.next_day() for _ in range(ROUNDS + 1)]
    ours, reference = iter(days), iter(days)
    score_night(world.store, settings, next(ours))  # warm up
    world.pure_sql.score_night(next(reference), gentle, features)
    mine, theirs = in_turns(
        lambda: score_night(world.store, settings, next(ours)),
        lambda: world.pure_sql.score_night(next(reference), gentle, features),
    )
    print(f"{name}: {verify(world, days[-1]):,} of {world.tenants:,} overall scores equal", flush=True)
    return at_most(name, world.size, mine.wall, theirs.wall, GOAL)


def verify(world: World, day: date) -> int:
    """Compare every figure of a night on both sides; returns the number of tenants, all of them equal."""
    told = {}
    for query in (PEERS, MEMBERS, FIGURES):
        values = (day,) if "%s" in query else ()
        told[query] = ours = _told(world.store_url, query.format(prefix=""), values)
        reference = _told(world.source_url, query.format(prefix="reference."), values)
        differing = [(mine, theirs) for mine, theirs in zip(ours, reference, strict=True) if mine != theirs]
        assert not differing, f"{len(differing)} rows differ on {day}: {differing[:3]}"
    assert told[PEERS], f"no peers on {day}"
    assert len(told[FIGURES]) == world.tenants, f"{len(told[FIGURES])} scores of {world.tenants} tenants"
    return len(told[FIGURES])


def _told(url: str, query: str, values: tuple[date, ...]) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), values).fetchall()
