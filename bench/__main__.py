"""`make bench`: run the benchmarks and print one table."""

import argparse
import sys
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from bench import (
    api,
    cohorts,
    dashboard,
    footprint,
    growth,
    memory,
    night,
    preview,
    rescoring,
    scoring,
    startup,
    tenant_loop,
)
from bench.machine import machine
from bench.measuring import ROUNDS, Result
from bench.world import world

# Those that share a casework database; the last one also measures it with other indexes.
NIGHTS = {
    "night": night.benchmark,
    "loop": tenant_loop.benchmark,
    "memory": memory.benchmark,
    "footprint": footprint.benchmark,
}
# Those that build their own data, and for how many tenants by default.
ALONE = {"scoring": (scoring.benchmark, 1_000_000), "cohorts": (cohorts.benchmark, 10_000)}
# Those that build a fleet with a past, and of how many days by default.
REPLAYS = {
    "preview": (preview.benchmark, preview.DAYS),
    "rescoring": (rescoring.benchmark, rescoring.DAYS),
    "dashboard": (dashboard.benchmark, dashboard.DAYS),
}
# Those that compare fleets of several sizes.
SIZES = {"growth": growth.SIZES, "api": api.SIZES}
EVERY = (*NIGHTS, *ALONE, *REPLAYS, *SIZES, "startup")


def main() -> None:
    """Run what the options choose; exit code 1 where a goal is missed."""
    options = _options()
    results = list(_told(_run(options)))
    _print(results)
    sys.exit(0 if all(result.met for result in results) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=EVERY, default=EVERY, help="run only these")
    parser.add_argument("--tenants", type=int, help="10,000 by default, 1,000,000 for scoring alone")
    parser.add_argument(
        "--days", type=int, help="365 by default for rescoring and api, 90 for preview, 100 for dashboard"
    )
    parser.add_argument("--rows", type=int, help="rows of the casework database, 1,000 a tenant by default")
    parser.add_argument("--largest", type=int, help="leave out larger fleets of growth and api")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> Iterator[Result]:
    if "startup" in options.only:
        yield from startup.benchmark()
    for name, (benchmark, tenants) in ALONE.items():
        if name in options.only:
            yield from benchmark(options.tenants or tenants)
    for name, (replay, days) in REPLAYS.items():
        if name in options.only:
            yield from replay(options.tenants or 10_000, options.days or days)
    if "api" in options.only:
        yield from api.benchmark(_sizes("api", options), options.days or api.DAYS)
    if "growth" in options.only:
        yield from growth.benchmark(_sizes("growth", options))
    if set(options.only) & set(NIGHTS):
        yield from _nights(options)


def _sizes(name: str, options: argparse.Namespace) -> list[int]:
    """Fleets up to the largest one; the smallest in any case."""
    first, *others = (options.tenants,) if options.tenants else SIZES[name]
    return [first, *(size for size in others if size <= (options.largest or size))]


def _nights(options: argparse.Namespace) -> Iterator[Result]:
    tenants = options.tenants or 10_000
    print("building the casework database and its history …", flush=True)
    with world(tenants, options.rows or tenants * 1000) as built:
        for name, benchmark in NIGHTS.items():
            if name in options.only:
                yield from benchmark(built)


def _told(results: Iterator[Result]) -> Iterator[Result]:
    for result in results:
        print(f"{result.name}: {result.ours} | {result.reference} | {result.ratio:.2f}", flush=True)
        yield result


def _print(results: list[Result]) -> None:
    title = f"Client Health benchmarks\n{machine()}\nmedians of {ROUNDS} runs in turns"
    table = Table(
        "benchmark", "size", "ours", "reference", "ratio", "goal", "", title=title, box=box.SIMPLE_HEAD
    )
    for column in table.columns[2:5]:
        column.justify = "right"
    for row in results:
        ratio = f"{row.ratio:.2f}" if row.reference else ""
        verdict = "" if row.goal == "–" else "[green]met[/green]" if row.met else "[red]missed[/red]"
        table.add_row(row.name, row.size, row.ours, row.reference, ratio, row.goal, verdict)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


if __name__ == "__main__":
    main()
