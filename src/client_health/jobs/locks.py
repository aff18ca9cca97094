"""Locks that the operating system or the database gives back when their holder dies."""

import fcntl
import zlib
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from client_health.errors import StoreError
from client_health.store.engine import POSTGRESQL, Store, explained, sqlite_file


class Lock(Protocol):
    """A lock that at most one living process holds."""

    def acquire(self) -> bool:
        """Take it if it is free; True where it is held afterwards."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


def lock_for(store: Store, name: str) -> Lock:
    """The lock of that name: a file beside a SQLite store, an advisory lock in PostgreSQL."""
    file = sqlite_file(store.url)
    return _AdvisoryLock(store, name) if file is None else _FileLock(_beside(file, name))


def _beside(file: Path, name: str) -> Path:
    safe = "".join(character if character.isalnum() or character in "-." else "_" for character in name)
    return file.with_name(f"{file.name}.{safe}.lock")


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        if self._file is None:
            try:
                file = self._path.open("ab")
            except OSError as error:
                raise StoreError(f"the store lets nobody write: {error}") from error
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


class _AdvisoryLock:
    """Held by a connection of its own for as long as that connection lives."""

    def __init__(self, store: Store, name: str) -> None:
        self._engine = sa.create_engine(
            store.url, connect_args=POSTGRESQL, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._key = zlib.crc32(f"client-health {name}".encode())
        self._connection: sa.Connection | None = None

    def acquire(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(sa.text("select 1"))
                return True
            except SQLAlchemyError:
                self.release()
        with explained():
            connection = self._engine.connect()
            if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(self._key))):
                self._connection = connection
                return True
            connection.close()
            return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                connection.invalidate()
