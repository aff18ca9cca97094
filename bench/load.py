"""A load generator: so many requests in flight over connections that stay open, in a process of its own."""

import asyncio
import json
import math
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What to ask: so many requests, the paths one after the other, again and again."""

    port: int
    paths: Sequence[str]
    header: str
    requests: int
    in_flight: int


@dataclass(frozen=True)
class Load:
    """How it was answered: requests per second, and seconds that a request took."""

    rate: float
    p50: float
    p99: float


def load(order: Order) -> Load:
    """Run it; raises where an answer is not 200."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout))


def median(loads: Sequence[Load]) -> Load:
    """Of each figure by itself."""
    return Load(
        *(statistics.median(values) for values in zip(*((x.rate, x.p50, x.p99) for x in loads), strict=True))
    )


async def _run(order: Order) -> Load:
    paths, taken = islice(cycle(order.paths), order.requests), list[float]()
    started = time.perf_counter()
    await asyncio.gather(*(_ask(order, paths, taken) for _ in range(order.in_flight)))
    seconds = time.perf_counter() - started
    taken.sort()
    return Load(len(taken) / seconds, percentile(taken, 50), percentile(taken, 99))


async def _ask(order: Order, paths: Iterator[str], taken: list[float]) -> None:
    """One connection: the next path that nobody has asked yet, until there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port)
    for path in paths:
        started = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{order.header}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if b" 200 " not in head.split(b"\r\n", 1)[0] or length is None:
            raise RuntimeError(f"{path}: {head.decode()}")
        await reader.readexactly(int(length[1]))
        taken.append(time.perf_counter() - started)
    writer.close()


def percentile(ascending: Sequence[float], percent: float) -> float:
    """The smallest figure that so many percent do not exceed."""
    return ascending[max(0, math.ceil(len(ascending) * percent / 100) - 1)]


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_run(Order(**json.load(sys.stdin)))))))
