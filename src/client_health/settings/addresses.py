"""Database addresses: environment variables, relative files, drivers, and how they are shown."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from client_health.errors import ConfigError
from client_health.settings.references import fill_in


def resolve_address(text: str, key: str, folder: Path) -> URL:
    """The address that a setting means: `${NAME}` filled in, SQLite files relative to `folder`.

    Raises ConfigError that names `key` but never the address, which may hold a password.
    """
    filled = fill_in(text, key, "postgresql://…")
    try:
        url = make_url(filled)
    except (ArgumentError, ValueError):
        raise ConfigError(
            f"{key}: not an address like postgresql://user@host/database or sqlite:///file"
        ) from None
    return _with_driver(_anchored(url, folder))


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
