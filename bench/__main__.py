"""`make bench`: run the benchmarks and print one table."""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from datetime import date

from rich import box
from rich.console import Console
from rich.table import Table

from bench import cohorts, dashboard, memory, night, preview, rescoring, scoring, tenant_loop
from bench.measuring import ROUNDS, Result
from bench.world import world

NIGHTS = {"night": night.benchmark, "loop": tenant_loop.benchmark, "memory": memory.benchmark}
# Those that build their own data, and for how many tenants by default.
ALONE = {"scoring": (scoring.benchmark, 1_000_000), "cohorts": (cohorts.benchmark, 10_000)}
# Those that build a fleet with a past, and of how many days by default.
REPLAYS = {
    "preview": (preview.benchmark, preview.DAYS),
    "rescoring": (rescoring.benchmark, rescoring.DAYS),
    "dashboard": (dashboard.benchmark, dashboard.DAYS),
}


def main() -> None:
    """Run what the options choose; exit code 1 where a goal is missed."""
    options = _options()
    results, server = [], "no PostgreSQL"
    wanted = options.only or [*NIGHTS, *ALONE, *REPLAYS]
    for name, (benchmark, tenants) in ALONE.items():
        if name in wanted:
            results += list(_told(benchmark(options.tenants or tenants)))
    for name, (replay, days) in REPLAYS.items():
        if name in wanted:
            results += list(_told(replay(options.tenants or 10_000, options.days or days)))
    if set(wanted) & set(NIGHTS):
        tenants = options.tenants or 10_000
        print("building the casework database and its history …", flush=True)
        with world(tenants, options.rows or tenants * 1000) as built:
            server = f"PostgreSQL {built.version}"
            for name in wanted:
                if name in NIGHTS:
                    results += list(_told(NIGHTS[name](built)))
    _print(results, server)
    sys.exit(0 if all(result.met for result in results) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*NIGHTS, *ALONE, *REPLAYS], help="run only these")
    parser.add_argument("--tenants", type=int, help="10,000 by default, 1,000,000 for scoring alone")
    parser.add_argument(
        "--days", type=int, help="365 by default for rescoring, 90 for preview, 45 for dashboard"
    )
    parser.add_argument("--rows", type=int, help="rows of the casework database, 1,000 a tenant by default")
    return parser.parse_args()


def _told(results: Iterator[Result]) -> Iterator[Result]:
    for result in results:
        print(f"{result.name}: {result.ours} | {result.reference} | {result.ratio:.2f}", flush=True)
        yield result


def _print(results: list[Result], server: str) -> None:
    machine = f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} CPUs, {server}"  # noqa: DTZ011
    title = f"Client Health benchmarks\n{machine}\nmedians of {ROUNDS} runs in turns"
    table = Table(
        "benchmark", "size", "ours", "reference", "ratio", "goal", "", title=title, box=box.SIMPLE_HEAD
    )
    for column in table.columns[2:5]:
        column.justify = "right"
    for row in results:
        ratio = f"{row.ratio:.2f}" if row.reference else ""
        verdict = "[green]met[/green]" if row.met else "[red]missed[/red]"
        table.add_row(row.name, row.size, row.ours, row.reference, ratio, row.goal, verdict)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
