"""Wrong passwords of the last minutes, by name and by address; who has too many must wait."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.store.schema import sign_in_failures as table


@dataclass(frozen=True)
class Failures:
    """How many failures of a name and of an address still count."""

    of_name: int
    of_address: int


def take_turn(connection: sa.Connection) -> None:
    """One attempt at a time is counted and noted, so that many at once do not pass the limit together."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(sa.text(f"lock table {table.name} in share row exclusive mode"))


def count(connection: sa.Connection, name: str, address: str, since: datetime) -> Failures:
    """The failures after `since`, whether or not there is a user of that name."""
    recent = sa.select(sa.func.count()).where(table.c.failed_at > since)
    by_name = connection.scalar(recent.where(table.c.name == _key(name)))
    by_address = connection.scalar(recent.where(table.c.address == address))
    return Failures(by_name or 0, by_address or 0)


def note(connection: sa.Connection, name: str, address: str, at: datetime, since: datetime) -> None:
    """Note a failure, and forget those that no longer count."""
    connection.execute(sa.delete(table).where(table.c.failed_at <= since))
    connection.execute(sa.insert(table).values(name=_key(name), address=address, failed_at=at))


def forget(connection: sa.Connection, name: str) -> None:
    """Forget the failures of a name: it has signed in, or got a new password."""
    connection.execute(sa.delete(table).where(table.c.name == _key(name)))


def _key(name: str) -> str:
    """Strangers type anything, at times a password in the wrong field: only its digest is kept."""
    return hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()
