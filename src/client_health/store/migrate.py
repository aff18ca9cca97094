"""Bringing the store's schema up to date, by itself at start or by `client-health db upgrade`."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from client_health.errors import StoreError
from client_health.store.engine import Store

# Any number will do, as long as it is always the same: it keeps two starting processes apart.
_ADVISORY_KEY = 4_310_001


def upgrade(store: Store) -> bool:
    """Apply the migrations that are missing; True where there were some. Safe from several processes."""
    if is_current(store):
        return False
    with store.write() as connection:
        if store.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_KEY)))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def is_current(store: Store) -> bool:
    """Whether the schema is the one that this version expects; raises StoreError where it is newer."""
    with store.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the store was written by a newer version (revision {found}); upgrade client-health"
        )
    return found == scripts.get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
