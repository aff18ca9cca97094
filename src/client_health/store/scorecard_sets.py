"""Sets of scorecard versions: what was published together, and which of it is in force."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.scorecard.sets import ScorecardSet
from client_health.store import scorecards
from client_health.store.schema import scorecard_sets as table
from client_health.store.scorecards import PublishedScorecard


@dataclass(frozen=True)
class PublishedSet:
    """Versions in the order in which tenants are matched; `in_force_at` is None until it is in force."""

    id: int
    versions: tuple[PublishedScorecard, ...]
    published_by: str
    published_at: datetime
    note: str | None
    in_force_at: datetime | None

    @property
    def cards(self) -> ScorecardSet:
        """The scorecards without who published them."""
        return ScorecardSet(tuple(version.scorecard for version in self.versions))

    @property
    def label(self) -> str:
        """Names and versions as people write them."""
        return ", ".join(version.label for version in self.versions)


def in_force(connection: sa.Connection) -> PublishedSet | None:
    """The set that scores are told under: the last one that was put in force."""
    query = sa.select(table).where(table.c.in_force_at.is_not(None))
    row = connection.execute(
        query.order_by(table.c.in_force_at.desc(), table.c.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _published(connection, row)


def newest(connection: sa.Connection) -> int:
    """The number of the set published last, in force or not; 0 where there is none."""
    return int(connection.scalar(sa.select(sa.func.max(table.c.id))) or 0)


def by_id(connection: sa.Connection, key: int) -> PublishedSet:
    """One set; raises NotFoundError."""
    row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no scorecard set {key}")
    return _published(connection, row)


def all_sets(connection: sa.Connection) -> list[PublishedSet]:
    """Every set, oldest first."""
    rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
    return [_published(connection, row) for row in rows]


def lock(connection: sa.Connection) -> None:
    """Let other writers wait until this transaction ends; on SQLite they do so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("lock table scorecard_sets in share row exclusive mode"))


def add(
    connection: sa.Connection, cards: ScorecardSet, by: str, at: datetime, note: str | None = None
) -> PublishedSet:
    """Store a set that is not in force yet; scorecards that are new become versions."""
    versions = [scorecards.version_of(connection, card, by, at, note) for card in cards.scorecards]
    key = connection.scalar(
        sa.insert(table)
        .values(scorecards=[version.id for version in versions], published_by=by, published_at=at, note=note)
        .returning(table.c.id)
    )
    return by_id(connection, int(key))


def put_in_force(connection: sa.Connection, key: int, at: datetime) -> None:
    """From now on this is the set that scores are told under."""
    connection.execute(sa.update(table).where(table.c.id == key).values(in_force_at=at))


def _published(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> PublishedSet:
    versions = tuple(scorecards.by_id(connection, key) for key in row.scorecards)
    return PublishedSet(row.id, versions, row.published_by, row.published_at, row.note, row.in_force_at)
