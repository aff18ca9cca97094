"""Where it was measured: the machine, and the versions of what does the work."""

import os
import platform
import sqlite3
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg

from tests.databases import start_postgres

DISTRIBUTIONS = ("numpy", "sqlalchemy", "psycopg", "fastapi", "starlette", "uvicorn")


def machine() -> str:
    """Date, processor, memory, load and versions, on three lines."""
    memory, (load, *_) = psutil.virtual_memory().total / 2**30, os.getloadavg()
    hardware = f"{_processor()}, {os.cpu_count()} CPUs, {memory:.0f} GB of memory, {platform.system()}"
    databases = f"PostgreSQL {_postgresql()}, SQLite {sqlite3.sqlite_version}"
    libraries = ", ".join(f"{name} {version(name)}" for name in DISTRIBUTIONS)
    today = date.today()  # noqa: DTZ011
    return (
        f"{today}, {hardware}, load {load:.1f}\nPython {platform.python_version()}, {databases}\n{libraries}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _postgresql() -> str:
    with start_postgres() as server, psycopg.connect(server.url()) as connection:
        return connection.info.parameter_status("server_version") or "unknown"
