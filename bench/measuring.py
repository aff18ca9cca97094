"""Timing two things in turns, and what a row of the table says."""

import gc
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))  # fewer only to try a benchmark out


@dataclass(frozen=True)
class Result:
    """One row of the table; `ratio` is what the goal speaks of."""

    name: str
    size: str
    ours: str
    reference: str
    ratio: float
    goal: str
    met: bool


def at_most(name: str, size: str, ours: float, reference: float, goal: float) -> Result:
    """Ours may take up to `goal` times the seconds of the reference."""
    ratio = ours / reference
    return Result(name, size, seconds(ours), seconds(reference), ratio, f"≤ {goal:g}", ratio <= goal)


def times_less(name: str, size: str, ours: float, reference: float, goal: float) -> Result:
    """The reference must take at least `goal` times the seconds of ours."""
    ratio = reference / ours
    return Result(name, size, seconds(ours), seconds(reference), ratio, f"≥ {goal:g}", ratio >= goal)


def seconds(value: float) -> str:
    """A duration as the table shows it."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and seconds of CPU in this process and the server's."""

    wall: float
    cpu: float


def in_turns(
    ours: Callable[[], None],
    reference: Callable[[], None],
    server_pid: int | None = None,
    rounds: int = ROUNDS,
) -> tuple[Cost, Cost]:
    """Medians of both sides. Each round measures both, and they take turns at being first."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    sides = [(ours, costs[0]), (reference, costs[1])]
    for round_number in range(rounds):
        for work, kept in sides if round_number % 2 else sides[::-1]:
            kept.append(measure(work, server_pid))
    return median(costs[0]), median(costs[1])


def measure(work: Callable[[], None], server_pid: int | None = None) -> Cost:
    """What doing it once costs."""
    gc.collect()
    cpu, wall = cpu_seconds(server_pid), time.perf_counter()
    work()
    wall = time.perf_counter() - wall
    time.sleep(0.1)  # processes that ended are counted once the server has noticed
    return Cost(wall, cpu_seconds(server_pid) - cpu)


def median(costs: list[Cost]) -> Cost:
    """Of each figure by itself."""
    return Cost(
        *(statistics.median(values) for values in zip(*((c.wall, c.cpu) for c in costs), strict=True))
    )


def cpu_seconds(server_pid: int | None) -> float:
    """CPU used so far by this process and by the server."""
    return time.process_time() + (0 if server_pid is None else server_cpu(server_pid))


def server_cpu(pid: int) -> float:
    """CPU used so far by the server: its processes, those that ended among them."""
    server = psutil.Process(pid)
    ended = server.cpu_times()
    total = ended.children_user + ended.children_system
    for process in (server, *server.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return float(total)
