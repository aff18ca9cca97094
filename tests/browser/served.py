"""Something to look at: a demo and an empty service, each in a process of its own as users would run it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from client_health.accounts import passwords
from client_health.demo.folder import prepare
from client_health.instants import utc_now
from client_health.settings import load_settings
from client_health.store import migrate, sessions, users
from client_health.store.engine import Store, open_store
from client_health.store.keys import Role
from client_health.store.users import User
from tests.cast import without_limits

LONGEST_START = 60  # seconds
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)
NAMES = {"viewer": "Vera Viewer", "csm": "Carl Kaya", "admin": "Anna Admin"}
PASSWORD = "correct horse battery staple"


@dataclass
class Site:
    """A running service: its address, its folder, and its store for sessions and a look behind the pages."""

    address: str
    folder: Path
    store: Store

    def session(self, role: Role, name: str | None = None) -> str:
        """A session of the user of this role, or of another name; the cookie's value."""
        user = self.user(role, name or NAMES[role])
        with self.store.write() as connection:
            return sessions.begin(connection, user.id, utc_now(), "127.0.0.1", AGENT)

    def user(self, role: Role, name: str, password: str | None = None) -> User:
        """The user of this name, who is made where there is none yet; signs in as `vera.viewer`."""
        sign_in_name = name.casefold().replace(" ", ".")
        kept = None if password is None else passwords.hashed(password)
        with self.store.write() as connection:
            found = users.by_name(connection, sign_in_name)
            return found or users.add(connection, sign_in_name, name, role, utc_now(), kept)

    def end_sessions(self) -> None:
        """End every session, as if all had expired."""
        with self.store.write() as connection:
            for user in users.all_users(connection):
                sessions.end_all(connection, user.id)


def build_demo(folder: Path, tenants: int, days: int) -> None:
    """A demo of this size, as `make demo` builds it."""
    _python(
        "-m", "client_health.demo", "--folder", folder, "--tenants", tenants, "--days", days, "--no-serve"
    )


def build_empty(folder: Path) -> None:
    """A service that was set up and has not run yet."""
    settings = load_settings(prepare(folder))
    with closing(open_store(settings)) as store:
        migrate.upgrade(store)


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Site]:
    """What was built in a folder, served on a free port until the end."""
    config, port = folder / "client-health.toml", free_port()
    config.write_text(without_limits(config.read_text("utf-8")), "utf-8")
    log = (folder / "serve.log").open("w", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "client_health.cli",
        "--config",
        config,
        "serve",
        "--port",
        str(port),
        *options,
    ]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process, folder)
        with closing(open_store(load_settings(config))) as store:
            yield Site(address, folder, store)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        log.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until and process.poll() is None:
        with suppress(URLError, ConnectionError), urllib.request.urlopen(f"{address}/readyz", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the service did not start:\n{(folder / 'serve.log').read_text('utf-8')[-3000:]}")


def _python(*arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(map(str, arguments))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
