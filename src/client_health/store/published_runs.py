"""What runs of the whole fleet have published, and for which dates."""

from datetime import date, timedelta

import sqlalchemy as sa

from client_health.store.runs import Run, from_row
from client_health.store.schema import runs as table

RECENT = timedelta(days=7)
# A suspicious run is completed too, but it published nothing.
_published = sa.and_(
    table.c.kind == "all", table.c.status == "completed", table.c.outcome.is_distinct_from("suspicious")
)


def last(connection: sa.Connection) -> Run | None:
    """The whole-fleet run that published last."""
    query = sa.select(table).where(_published)
    row = connection.execute(query.order_by(table.c.finished_at.desc()).limit(1)).one_or_none()
    return None if row is None else from_row(row)


def rows_before(connection: sa.Connection, day: date) -> dict[str, int]:
    """Rows of each query's last success in a whole-fleet run of `day` or of the week before it."""
    query = sa.select(table.c.reports).where(_published, table.c.score_date.between(day - RECENT, day))
    rows: dict[str, int] = {}
    for reports in connection.scalars(query.order_by(table.c.score_date, table.c.finished_at)):
        answered = [one for one in reports if not one["failure"] and not one["left_out"]]
        rows |= {one["name"]: one["rows"] for one in answered}
    return rows


def first_day(connection: sa.Connection) -> date | None:
    """The score date of the earliest published whole-fleet run."""
    day: date | None = connection.scalar(sa.select(sa.func.min(table.c.score_date)).where(_published))
    return day


def last_day(connection: sa.Connection) -> date | None:
    """The newest score date that a whole-fleet run has published."""
    day: date | None = connection.scalar(sa.select(sa.func.max(table.c.score_date)).where(_published))
    return day


def days(connection: sa.Connection) -> set[date]:
    """The score dates that a whole-fleet run has published."""
    return set(connection.scalars(sa.select(table.c.score_date).where(_published).distinct()))


def of_day(connection: sa.Connection, day: date) -> Run | None:
    """The whole-fleet run that last published a score date."""
    query = sa.select(table).where(_published, table.c.score_date == day)
    row = connection.execute(query.order_by(table.c.finished_at.desc()).limit(1)).one_or_none()
    return None if row is None else from_row(row)


def is_published(connection: sa.Connection, day: date) -> bool:
    """Whether a whole-fleet run of a score date has been published."""
    query = sa.select(table.c.id).where(_published, table.c.score_date == day)
    return connection.scalar(query.limit(1)) is not None


def published_after(connection: sa.Connection, day: date) -> bool:
    """Whether a whole-fleet run of a later score date has been published."""
    query = sa.select(table.c.id).where(_published, table.c.score_date > day)
    return connection.scalar(query.limit(1)) is not None
