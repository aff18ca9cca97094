"""Two hosts on this machine, each with a link to the store that can be cut without a word.

Where the machine lets us, a host is a network namespace and its link a virtual cable. Elsewhere a host is a
process that reaches the store through a line of ours, which then swallows everything.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.databases import PostgresServer, start_postgres
from tests.faults.proxy import Proxy

PRIVATE = f"10.213.{os.getpid() % 250}"  # a private net of this process alone
TAG = f"ch{os.getpid()}"


@dataclass
class Host:
    """Where a process may run, and how its link to the store is cut and mended."""

    prefix: Sequence[str]
    store_url: str
    cut: Callable[[], None]
    mend: Callable[[], None]


@contextmanager
def two_hosts() -> Iterator[tuple[PostgresServer, list[Host]]]:
    """A PostgreSQL server, and two hosts that reach it."""
    with ExitStack() as stack:
        yield stack.enter_context(_namespaces() if namespaces_work() else _lines())


@cache
def namespaces_work() -> bool:
    """Whether this machine has iproute2 and lets us make namespaces; says why not."""
    try:
        _ip("netns", "add", f"{TAG}try")
        _ip("netns", "delete", f"{TAG}try")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no network namespaces here, so hosts are processes behind a proxy: {error}")
        return False
    return True


@contextmanager
def _namespaces() -> Iterator[tuple[PostgresServer, list[Host]]]:
    bridge, address = f"{TAG}br", f"{PRIVATE}.1"
    with ExitStack() as stack:
        _made(stack, ("link", "add", bridge, "type", "bridge"), ("link", "delete", bridge))
        _ip("address", "add", f"{address}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        server = stack.enter_context(start_postgres(settings={"listen_addresses": f"127.0.0.1,{address}"}))
        _let_in(server, f"{PRIVATE}.0/24")
        yield server, [_namespace(stack, server, bridge, number) for number in (1, 2)]


def _namespace(stack: ExitStack, server: PostgresServer, bridge: str, number: int) -> Host:
    name, here, there = f"{TAG}n{number}", f"{TAG}h{number}", f"{TAG}t{number}"
    _made(stack, ("netns", "add", name), ("netns", "delete", name))
    _made(stack, ("link", "add", here, "type", "veth", "peer", "name", there), ("link", "delete", here))
    _ip("link", "set", there, "netns", name)
    _ip("link", "set", here, "master", bridge, "up")
    for command in (
        ("address", "add", f"{PRIVATE}.{number + 1}/24", "dev", there),
        ("link", "set", there, "up"),
        ("link", "set", "lo", "up"),
    ):
        _ip("-n", name, *command)
    return Host(
        prefix=("ip", "netns", "exec", name),
        store_url=_at(server.url("store"), f"{PRIVATE}.1:{server.port}"),
        cut=lambda: _ip("link", "set", here, "down"),
        mend=lambda: _ip("link", "set", here, "up"),
    )


@contextmanager
def _lines() -> Iterator[tuple[PostgresServer, list[Host]]]:
    with ExitStack() as stack:
        server = stack.enter_context(start_postgres())
        lines = [stack.enter_context(Proxy(server.url("store"))) for _ in range(2)]
        yield server, [_behind(line) for line in lines]


def _behind(line: Proxy) -> Host:
    return Host((), line.url, lambda: setattr(line, "mode", "silent"), lambda: setattr(line, "mode", "open"))


def _let_in(server: PostgresServer, net: str) -> None:
    with (server.data / "pg_hba.conf").open("a") as rules:
        rules.write(f"\nhost all all {net} trust\n")
    with psycopg.connect(server.url()) as connection:
        connection.execute("select pg_reload_conf()")


def _at(url: str, place: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{place}"))


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _made(stack: ExitStack, make: Sequence[str], undo: Sequence[str]) -> None:
    """Make something that is undone at the end, in whatever state it is then."""

    def end() -> None:
        with suppress(subprocess.CalledProcessError):
            _ip(*undo)

    _ip(*make)
    stack.callback(end)
