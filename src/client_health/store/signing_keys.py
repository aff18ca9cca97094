"""Secrets that sign what a browser keeps for minutes. All processes over one store share them."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from client_health.store.engine import Store
from client_health.store.schema import signing_keys as table


def get(store: Store, name: str, at: datetime) -> str:
    """The secret of a purpose, made when it is first asked for."""
    with store.read() as connection:
        found = _find(connection, name)
    if found is not None:
        return found
    with store.write() as connection:
        if store.dialect == "postgresql":  # SQLite has one writer anyway
            connection.execute(sa.text(f"lock table {table.name} in share row exclusive mode"))
        found = _find(connection, name)
        if found is None:
            found = secrets.token_urlsafe(32)
            connection.execute(sa.insert(table).values(name=name, secret=found, created_at=at))
    return found


def _find(connection: sa.Connection, name: str) -> str | None:
    return connection.scalar(sa.select(table.c.secret).where(table.c.name == name))
