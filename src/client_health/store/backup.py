"""A copy of a SQLite store as it is at one moment, while other processes read and write it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from client_health.errors import ConflictError, StoreError
from client_health.store.engine import Store, sqlite_file


def back_up(store: Store, target: Path) -> None:
    """Copy the store into a new file that only its owner may read; raises ConflictError or StoreError."""
    source = sqlite_file(store.url)
    if source is None:
        raise StoreError("only a SQLite store is backed up by this command; use pg_dump for PostgreSQL")
    if not source.exists():
        raise StoreError(f"there is no store at {source}")
    if target.exists():
        raise ConflictError(f"{target} exists already; nothing was written")
    part = target.with_name(f"{target.name}.part")  # whoever finds the name without it has a whole copy
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(part)) as copy:
            original.backup(copy)  # in one step: writers go on, and what they write is not in it
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"the store could not be copied to {target}: {error}") from error
