"""Bringing the store's schema up to date, by itself at start or by `client-health db upgrade`."""

from pathlib import Path

import sqlalchemy as sa

from client_health.errors import ConfigError, NewerStoreError
from client_health.store.engine import Store

# The newest migration; a test holds it to the files. Known here so that a start need not load Alembic.
HEAD = "0006"
# Any number will do, as long as it is always the same: it keeps two starting processes apart.
_ADVISORY_KEY = 4_310_001


def upgrade(store: Store) -> bool:
    """Apply the migrations that are missing; True where there were some. Safe from several processes.

    Raises ConfigError where the database could not hold every name.
    """
    if is_current(store):
        return False
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with store.write() as connection:
        if store.dialect == "postgresql":
            _require_utf8(connection)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_KEY)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def _require_utf8(connection: sa.Connection) -> None:
    encoding = connection.scalar(sa.text("show server_encoding"))
    if encoding != "UTF8":
        raise ConfigError(
            f"store.url: the database has the encoding {encoding}, which cannot hold every name; "
            "create it with: create database … encoding 'UTF8' template template0"
        )


def is_current(store: Store) -> bool:
    """Whether the schema is the one that this version expects; raises NewerStoreError where it is newer."""
    with store.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return refuse_newer(connection) == HEAD


def refuse_newer(connection: sa.Connection) -> str | None:
    """The revision of the schema; raises NewerStoreError where a newer version has written it."""
    found: str | None = connection.scalar(sa.text("select version_num from alembic_version"))
    if found is not None and found > HEAD:
        raise NewerStoreError(
            f"the store was written by a newer version (revision {found}); upgrade client-health"
        )
    return found
