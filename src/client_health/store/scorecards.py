"""Scorecard versions: immutable once stored."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.scorecard.model import Scorecard
from client_health.store.schema import scorecards as table


@dataclass(frozen=True)
class PublishedScorecard:
    """One version of a scorecard, and who published it."""

    id: int
    version: int
    scorecard: Scorecard
    digest: str
    published_by: str
    published_at: datetime
    note: str | None

    @property
    def label(self) -> str:
        """Name and version as people write them."""
        return f"{self.scorecard.name} v{self.version}"


def current(connection: sa.Connection) -> PublishedScorecard | None:
    """The version in force: the one published last."""
    row = connection.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _published(row)


def all_versions(connection: sa.Connection) -> list[PublishedScorecard]:
    """Every version, oldest first."""
    return [_published(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]


def by_id(connection: sa.Connection, key: int) -> PublishedScorecard:
    """The version behind a stored score."""
    row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no scorecard with the key {key}")
    return _published(row)


def publish(
    connection: sa.Connection, scorecard: Scorecard, by: str, at: datetime, note: str | None = None
) -> PublishedScorecard:
    """Store a scorecard as the next version of its name; an unchanged one is not published again."""
    in_force = current(connection)
    if in_force is not None and in_force.digest == scorecard.digest():
        return in_force
    latest = connection.scalar(sa.select(sa.func.max(table.c.version)).where(table.c.name == scorecard.name))
    key = connection.scalar(
        sa.insert(table)
        .values(
            name=scorecard.name,
            version=(latest or 0) + 1,
            content=scorecard.content(),
            digest=scorecard.digest(),
            published_by=by,
            published_at=at,
            note=note,
        )
        .returning(table.c.id)
    )
    return by_id(connection, int(key))


def _published(row: sa.Row[tuple[object, ...]]) -> PublishedScorecard:
    return PublishedScorecard(
        row.id,
        row.version,
        Scorecard.model_validate(row.content),
        row.digest,
        row.published_by,
        row.published_at,
        row.note,
    )
