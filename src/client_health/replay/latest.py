"""The date that a draft is held against."""

from datetime import date

import sqlalchemy as sa

from client_health.store import published_runs, scores


def latest_day(connection: sa.Connection) -> date | None:
    """The latest date on which the whole fleet was scored; of single tenants there may be later scores."""
    published = published_runs.last_day(connection)
    whole = None if published is None else scores.newest_day(connection, published)
    return whole or scores.newest_day(connection)
