"""Asking a source politely: a pause between statements, attempts with backoff, ranges of tenants."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_health.errors import SourceError, SourceUnreachableError, UnusableAnswerError
from client_health.settings.model import SourceSettings
from client_health.sources.pace import Pace
from client_health.sources.rows import Rows
from client_health.sources.session import SourceSession
from client_health.sources.statement import TenantRange, at_most, require_select, scoped
from client_health.sources.time_limit import GRACE_SECONDS
from client_health.telemetry import statements
from client_health.telemetry.tracing import span

GUARDED = frozenset({"postgresql", "sqlite"})  # whose sessions refuse to write by themselves
BUSY_SECONDS = 1.0  # between two looks at a statement of a worker that died


def require_reading(sql: str, backend: str) -> None:
    """Refuse a query that writes where the database would let it: `with … delete`, or a second statement."""
    from client_health.sources.lint import lint  # loads an SQL parser, which others do without

    told = [sentence for sentence in lint(sql, backend) if "SELECT is allowed" in sentence]
    if told:
        raise UnusableAnswerError("; ".join(told))


@dataclass(frozen=True)
class Patience:
    """Attempts at a statement and the wait before the second one; each further wait is twice as long."""

    attempts: int = 3
    backoff: float = 10.0


class SourceReader:
    """Reads one source for one run, one statement after the other."""

    def __init__(
        self, session: SourceSession, settings: SourceSettings, pace: Pace, patience: Patience
    ) -> None:
        self.session, self._settings = session, settings
        self._pace, self._patience = pace, patience
        self._statements = 0
        self._down: str | None = None

    def read(
        self,
        sql: str,
        values: Mapping[str, Any],
        scopes: Sequence[TenantRange | None] = (None,),
        accept: Callable[[Rows], None] = lambda rows: None,
        label: str = "unnamed",
    ) -> tuple[Rows, int]:
        """All rows of a query over the scopes, and the attempts that it took. `label` names it in metrics.

        `accept` may raise SourceError on an answer that cannot be right; that counts as a failed attempt.
        After an UnusableAnswerError there is no other attempt.
        A source that could not be connected to is not tried again in this run.
        """
        if self._down:
            raise SourceUnreachableError(self._down)
        require_select(sql)
        if self.session.backend not in GUARDED:
            require_reading(sql, self.session.backend)
        for attempt in range(1, self._patience.attempts + 1):
            try:
                rows = self._read_scopes(sql, values, scopes, label)
                accept(rows)
                return rows, attempt
            except UnusableAnswerError:
                raise
            except SourceError as error:
                if attempt == self._patience.attempts:
                    if isinstance(error, SourceUnreachableError):
                        self._down = str(error)
                    raise
                self._pace.sleep(self._patience.backoff * 2 ** (attempt - 1))
        raise AssertionError("a run makes at least one attempt")

    def scopes(self, sorted_ids: Sequence[Any], wanted: int | None = None) -> list[TenantRange | None]:
        """Ranges of tenants for `shards` statements; `sorted_ids` is in the database's own order."""
        shards = min(wanted or self._settings.shards, len(sorted_ids))
        if shards <= 1:
            return [None]
        edges = [len(sorted_ids) * number // shards for number in range(shards + 1)]
        return [
            TenantRange(sorted_ids[start], sorted_ids[end - 1]) for start, end in itertools.pairwise(edges)
        ]

    def _read_scopes(
        self, sql: str, values: Mapping[str, Any], scopes: Sequence[TenantRange | None], label: str
    ) -> Rows:
        parts = [self._read_one(sql, values, scope, label) for scope in scopes]
        return Rows.joined(parts)

    def _read_one(self, sql: str, values: Mapping[str, Any], scope: TenantRange | None, label: str) -> Rows:
        if self._statements:
            self._pace.sleep(self._settings.pause_ms / 1000)
        else:
            self._wait_for_the_dead()
        self._pace.check()
        self._statements += 1
        limits = {} if scope is None else {"first_tenant": scope.first, "last_tenant": scope.last}
        statement = at_most(scoped(sql, scope), self._settings.max_rows + 1, self.session.backend)
        return self._fetch(statement, {**values, **limits}, label)

    def _fetch(self, sql: str, values: Mapping[str, Any], label: str) -> Rows:
        """Send one statement, and tell of it: never its text, which may hold what nobody else should see."""
        source, backend = self.session.name, self.session.backend
        facts = {"client_health.source": source, "client_health.query": label, "db.system.name": backend}
        started, failed = time.perf_counter(), True
        with span(f"statement {label}", facts, "client") as tell:
            try:
                rows = self.session.fetch(sql, values)
                tell({"db.response.returned_rows": len(rows)})
                failed = False
                return rows
            finally:
                statements.note(source, label, time.perf_counter() - started, failed)

    def _wait_for_the_dead(self) -> None:
        """A statement of a worker that died may still run, and two of ours at once are too many.

        None of them runs longer than `statement_timeout`; what is there after that is not ours.
        """
        deadline = time.monotonic() + self._settings.statement_timeout + GRACE_SECONDS
        while time.monotonic() < deadline and self.session.is_busy():
            self._pace.sleep(BUSY_SECONDS)
