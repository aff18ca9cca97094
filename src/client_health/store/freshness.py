"""How fresh what is known is: for each source, what its queries said the last time they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from client_health.settings.model import Settings
from client_health.settings.queries import DEFAULT_SOURCE
from client_health.store import queries
from client_health.store.queries import QueryState


@dataclass(frozen=True)
class QueryFreshness:
    """A query of the configuration; `state` is None where no run of the whole fleet has asked it yet."""

    name: str
    state: QueryState | None

    @property
    def last_success_at(self) -> datetime | None:
        """When it last answered; None: never."""
        return self.state.succeeded_at if self.state else None

    @property
    def failure(self) -> str | None:
        """Why it did not answer the last time; None: it did, or was never asked."""
        return self.state.failure if self.state else None


@dataclass(frozen=True)
class SourceFreshness:
    """A source of the configuration and the queries that it answers, in the order in which they are asked."""

    name: str
    queries: Sequence[QueryFreshness]

    @property
    def last_success_at(self) -> datetime | None:
        """When it last answered any of its queries; None: never."""
        answers = [one.last_success_at for one in self.queries if one.last_success_at is not None]
        return max(answers, default=None)


def of_sources(connection: sa.Connection, settings: Settings) -> list[SourceFreshness]:
    """Every source of the settings, the default one first; queries that they no longer hold are left out."""
    known = queries.states(connection)
    asked = settings.queries()
    names = dict.fromkeys([*([DEFAULT_SOURCE] if settings.source else []), *settings.sources])
    return [
        SourceFreshness(
            source, [QueryFreshness(name, known.get(name)) for name, query in asked if query.source == source]
        )
        for source in names
    ]


def age_seconds(instant: datetime | None, now: datetime) -> int | None:
    """Whole seconds since an instant, 0 at least; None where it never came."""
    return None if instant is None else max(0, int((now - instant).total_seconds()))
