"""Peak memory of one night in a process of its own, everything that it imports included."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

from bench.measuring import ROUNDS, Result
from bench.world import World, score_night, settings_for
from client_health.store.engine import open_store

GOAL_MB = 250


def benchmark(world: World) -> Iterator[Result]:
    """The worst of several nights, feature grid included."""
    peak = max(_peak(world, world.next_day()) for _ in range(ROUNDS))
    yield Result(
        "peak memory of a night", world.size, f"{peak:.0f} MB", "", peak, f"≤ {GOAL_MB} MB", peak <= GOAL_MB
    )


def _peak(world: World, day: date) -> float:
    command = [sys.executable, "-m", "bench.memory", world.source_url, world.store_url, day.isoformat()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ)
    return float(done.stdout.split()[-1])


def _night(source_url: str, store_url: str, day: str) -> None:
    settings = settings_for(source_url, store_url, features=True)
    store = open_store(settings)
    score_night(store, settings, date.fromisoformat(day))
    store.close()
    print(high_water_mark())


def high_water_mark() -> float:
    """Of this process, in MB. Not `ru_maxrss`: that begins at the size of the one that started it."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    _night(*sys.argv[1:])
