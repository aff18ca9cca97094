"""Scorecard versions: immutable once stored. Which of them are in force: `scorecard_sets`."""

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.scorecard.model import Scorecard
from client_health.store.schema import scorecards as table

_known: dict[str, Scorecard] = {}
_published_before: "WeakKeyDictionary[sa.Pool, dict[int, PublishedScorecard]]" = WeakKeyDictionary()


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


def all_versions(connection: sa.Connection) -> list[PublishedScorecard]:
    """Every version, oldest first."""
    return [_published(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]


def by_id(connection: sa.Connection, key: int) -> PublishedScorecard:
    """The version behind a stored score."""
    row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no scorecard with the key {key}")
    return _published(row)


def published(connection: sa.Connection, key: int) -> PublishedScorecard:
    """The same for readers of what is committed: a version never changes, so it is read once."""
    of_store = _published_before.setdefault(connection.engine.pool, {})
    if key not in of_store:
        of_store[key] = by_id(connection, key)
    return of_store[key]


def by_version(connection: sa.Connection, name: str, version: int) -> PublishedScorecard:
    """A version by what people call it; raises NotFoundError that says which there are."""
    query = sa.select(table).where(table.c.name == name, table.c.version == version)
    row = connection.execute(query).one_or_none()
    if row is None:
        known = ", ".join(one.label for one in all_versions(connection)) or "none yet"
        raise NotFoundError(f"there is no scorecard {name} v{version}; known: {known}")
    return _published(row)


def version_of(
    connection: sa.Connection, scorecard: Scorecard, by: str, at: datetime, note: str | None = None
) -> PublishedScorecard:
    """The version of its name that scores alike, else a new one. So going back to v1 is v1 again."""
    alike = sa.select(table).where(table.c.name == scorecard.name, table.c.digest == scorecard.digest())
    row = connection.execute(alike.order_by(table.c.id.desc()).limit(1)).one_or_none()
    if row is not None:
        return _published(row)
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


def _parsed(digest: str, content: object) -> Scorecard:
    """The scorecard in a row, parsed once: the digest is of its whole content."""
    if digest not in _known:
        _known[digest] = Scorecard.model_validate(content)
    return _known[digest]


def _published(row: sa.Row[tuple[object, ...]]) -> PublishedScorecard:
    return PublishedScorecard(
        row.id,
        row.version,
        _parsed(row.digest, row.content),
        row.digest,
        row.published_by,
        row.published_at,
        row.note,
    )
