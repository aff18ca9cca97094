"""Limits of our own on how long a statement may take, beside those that the database keeps.

SQLite keeps none. PostgreSQL keeps statement_timeout, which cannot help where the server itself hangs, or
where something in between keeps the connection alive and passes nothing on.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import sqlalchemy as sa

from client_health.errors import SourceError

GRACE_SECONDS = 5.0  # what a server gets to say that its own limit was reached
_STEPS = 50_000  # of SQLite's machine, between two looks at the clock


@contextmanager
def time_limit(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Raise SourceError where the block takes longer; no other databases than these two are watched."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        with _interrupted_after(driver, seconds):
            yield
    elif isinstance(driver, psycopg.Connection):
        with answer_within(driver, seconds + GRACE_SECONDS):
            yield
    else:
        yield


@contextmanager
def _interrupted_after(driver: Any, seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
    try:
        yield
    except Exception as error:  # SQLAlchemy's while it begins, the driver's own while rows are fetched
        if time.monotonic() > deadline:
            raise SourceError(f"ran longer than statement_timeout ({seconds:g} s) and was cut off") from error
        raise
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def answer_within(driver: Any, seconds: float) -> Iterator[None]:
    """Cut psycopg's connection where the block takes longer, so that it raises SourceError."""
    cut = threading.Event()

    def hang_up() -> None:
        cut.set()
        # A duplicate, so that nothing is closed under the driver's hands: it reads the end of the line.
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if cut.is_set():
            raise SourceError(f"did not answer for {seconds:g} s; the connection was cut") from error
        raise
    finally:
        timer.cancel()
