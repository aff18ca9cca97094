"""Database addresses: environment variables, relative files, drivers, and how they are shown."""

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from client_health.errors import ConfigError

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def resolve_address(text: str, key: str, folder: Path) -> URL:
    """The address that a setting means: `${NAME}` filled in, SQLite files relative to `folder`.

    Raises ConfigError that names `key` but never the address, which may hold a password.
    """
    filled = _REFERENCE.sub(lambda match: _variable(match[1], key), text)
    try:
        url = make_url(filled)
    except (ArgumentError, ValueError):
        raise ConfigError(
            f"{key}: not an address like postgresql://user@host/database or sqlite:///file"
        ) from None
    return _with_driver(_anchored(url, folder))


def _variable(name: str, key: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"{key}: the environment variable {name} is not set; export {name}=postgresql://…")
    return value


def _anchored(url: URL, folder: Path) -> URL:
    file = url.database
    if url.get_backend_name() != "sqlite" or not file or file == ":memory:" or file.startswith("file:"):
        return url
    return url.set(database=str(folder / file))


def _with_driver(url: URL) -> URL:
    """`postgresql://` and `postgres://` mean psycopg 3."""
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    return url
