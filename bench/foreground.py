"""An application at work: one row by its key, again and again, in a process of its own."""

import random
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

import psutil
import psycopg

from bench.load import percentile

PAUSE = 0.001  # between two look-ups
QUERY = "select * from users where id = 'usr' || lpad(%s::text, 22, '0')"


class Foreground:
    """Looks users up until the end."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "bench.foreground", url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._backend = psutil.Process(int(self._line()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def p99(self) -> float:
        """Of the look-ups since it was asked the last time, in seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._line())

    def cpu(self) -> float:
        """Seconds of CPU that the server has spent on it."""
        times = self._backend.cpu_times()
        return times.user + times.system

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _look_up(url: str) -> None:
    taken: list[float] = []
    with psycopg.connect(url, autocommit=True) as connection:
        (users,) = connection.execute("select count(*) from users").fetchone() or (0,)
        print(connection.info.backend_pid, flush=True)
        threading.Thread(target=_tell, args=(taken,), daemon=True).start()
        while True:
            started = time.perf_counter()
            connection.execute(QUERY, (random.randint(1, users),), prepare=True).fetchall()
            taken.append(time.perf_counter() - started)
            time.sleep(PAUSE)


def _tell(taken: list[float]) -> None:
    """Answer each line with the figure so far, and begin anew."""
    for _ in sys.stdin:
        while not taken:
            time.sleep(PAUSE)
        told = sorted(taken)
        taken.clear()
        print(percentile(told, 99), flush=True)


if __name__ == "__main__":
    _look_up(sys.argv[1])
