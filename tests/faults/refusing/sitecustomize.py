"""A SQLite store that refuses to be written while a file lies there.

Python loads this by itself in processes that have this folder in their path. It stands in for a file system
that turns read-only, which nobody can make it do by hand while somebody has it open for writing.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

_THE_FILE = Path(os.environ["READ_ONLY_WHILE"])


class _Cursor(sqlite3.Cursor):
    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._refuse()
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self._refuse()
        return super().executemany(*arguments)

    def _refuse(self) -> None:
        super().execute(f"pragma query_only = {_THE_FILE.exists():d}")


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


_connect = sqlite3.connect


def _connect_to_any(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
    """The store refuses; a source is left as it is."""
    if "store.db" in str(database):
        options["factory"] = _Connection
    return _connect(database, *arguments, **options)


sqlite3.connect = sqlite3.dbapi2.connect = _connect_to_any  # type: ignore[assignment]
