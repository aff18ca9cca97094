"""One collection: the tenants, then each usage query once for all of them, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from client_health.errors import NoTenantsError, NotFoundError, SourceError, UnusableAnswerError
from client_health.instants import start_of_day, window_start
from client_health.settings.model import Settings
from client_health.settings.queries import UsageQuery
from client_health.sources.reader import SourceReader
from client_health.sources.rows import Rows
from client_health.sources.statement import TenantRange, bare
from client_health.usage import features as feature_use
from client_health.usage.answers import Floats, align, measure_names
from client_health.usage.metrics import Collection, QueryReport, UsageMetrics
from client_health.usage.problems import Problem, error, notice
from client_health.usage.tenants import QUERY as TENANTS
from client_health.usage.tenants import Tenant, read_tenants

MANY_ROWS = 5  # an answer that falls from more rows than this to none has failed
NARROW = 20  # up to this many named tenants are asked for one by one instead of the whole fleet


@dataclass(frozen=True)
class Assignment:
    """What a run asks for: an instant, the whole fleet or named tenants, and what is known from before."""

    as_of: datetime
    score_date: date
    tenant_ids: tuple[str, ...] = ()
    leave_out_past: bool = False
    rows_before: Mapping[str, int] = field(default_factory=dict)


Readers = Mapping[str, SourceReader]
Progress = Callable[[str, int, int], None]


def collect(assignment: Assignment, settings: Settings, readers: Readers, progress: Progress) -> Collection:
    """Read everything; a failing query costs its measures, a failing tenants query the run."""
    total = len(settings.usage) + 1
    progress("tenants", 0, total)
    tenants, reports, problems = _read_tenants(assignment, settings, readers)
    gathering = _Gathering(assignment, settings, readers, tenants)
    for done, (name, query) in enumerate(settings.usage.items(), start=1):
        progress(name, done, total)
        report, found = gathering.ask(name, query)
        reports.append(report)
        problems += found
    _require_an_answer(reports)
    use, feature_reports, found = gathering.ask_features()
    return Collection(gathering.metrics, reports + feature_reports, problems + found, use)


class CollectionFailedError(SourceError):
    """Nothing can be scored; `reports` says how the queries went."""

    def __init__(self, message: str, reports: Sequence[QueryReport]) -> None:
        super().__init__(message)
        self.reports = reports


def _require_an_answer(reports: Sequence[QueryReport]) -> None:
    usage = reports[1:]
    if all(report.failure or report.left_out for report in usage):
        failures = [f"{report.name}: {report.failure}" for report in usage if report.failure]
        raise CollectionFailedError("; ".join(["no usage query gave an answer", *failures]), reports)


def _read_tenants(
    assignment: Assignment, settings: Settings, readers: Readers
) -> tuple[list[Tenant], list[QueryReport], list[Problem]]:
    query = settings.tenants
    sql = query.sql
    if settings.source_named(query.source).shards > 1:
        sql = f"select * from (\n{bare(sql)}\n) as tenant_rows order by tenant_id"  # noqa: S608
    try:
        rows, attempts = readers[query.source].read(sql, binds(assignment, settings, 30), label=TENANTS)
        tenants, problems = read_tenants(rows)
    except SourceError as fault:
        report = QueryReport(TENANTS, query.source, failure=str(fault))
        raise CollectionFailedError(f"{TENANTS}: {fault}", [report]) from fault
    if not tenants:
        raise NoTenantsError("the tenants query returned no row; nothing is scored and nothing is changed")
    report = QueryReport(TENANTS, query.source, len(rows), (), rows.seconds, attempts)
    chosen, unknown = _choose(tenants, assignment.tenant_ids)
    return chosen, [report], problems + unknown


def _choose(tenants: list[Tenant], wanted: Sequence[str]) -> tuple[list[Tenant], list[Problem]]:
    if not wanted:
        return tenants, []
    chosen = [tenant for tenant in tenants if tenant.tenant_id in wanted]
    if not chosen:
        raise NotFoundError(f"the tenants query returns no active tenant {', '.join(wanted)}")
    absent = sorted(set(wanted) - {tenant.tenant_id for tenant in chosen})
    return chosen, [error("no such active tenant; not scored", TENANTS, tenant) for tenant in absent]


def binds(assignment: Assignment, settings: Settings, window_days: int) -> dict[str, object]:
    """The instants that a query may name."""
    return {
        "as_of": assignment.as_of,
        "window_start": window_start(assignment.as_of, window_days),
        "day_start": start_of_day(assignment.score_date, settings.zone),
    }


class _Gathering:
    """The measures that have been gathered so far, over a fixed list of tenants."""

    def __init__(
        self, assignment: Assignment, settings: Settings, readers: Readers, tenants: list[Tenant]
    ) -> None:
        self._assignment, self._settings, self._readers = assignment, settings, readers
        self._positions = {tenant.tenant_id: place for place, tenant in enumerate(tenants)}
        self._owner: dict[str, str] = {}
        self.metrics = UsageMetrics(tenants)

    def ask(self, name: str, query: UsageQuery) -> tuple[QueryReport, list[Problem]]:
        """Ask one usage query and keep its measures."""
        label = f"usage.{name}"
        if self._assignment.leave_out_past and query.past == "missing":
            left_out = notice("reads present state and is left out for this past date", label)
            return QueryReport(label, query.source, left_out=True), [left_out]
        values_at = binds(self._assignment, self._settings, query.window_days)
        try:
            scopes = self._scopes(query.source)
            rows, attempts = self._readers[query.source].read(
                query.sql, values_at, scopes, lambda rows: self._check_usage(label, rows, scopes), label
            )
        except SourceError as fault:
            return QueryReport(label, query.source, failure=str(fault)), [error(str(fault), label)]
        absent = 0.0 if query.absent == "zero" else np.nan
        values, problems = align(
            label, rows, self._positions, absent, whole_fleet=not self._assignment.tenant_ids
        )
        self._keep(label, values)
        names = tuple(values)
        return QueryReport(label, query.source, len(rows), names, rows.seconds, attempts), problems

    def ask_features(
        self,
    ) -> tuple[list[feature_use.FeatureUse] | None, list[QueryReport], list[Problem]]:
        """Ask the features query, if there is one; it reads present state, so past dates leave it out."""
        query, label = self._settings.features, feature_use.QUERY
        if query is None:
            return None, [], []
        if self._assignment.leave_out_past:
            return None, [QueryReport(label, query.source, left_out=True)], []
        try:
            scopes = self._scopes(query.source)
            rows, attempts = self._readers[query.source].read(
                query.sql,
                binds(self._assignment, self._settings, 30),
                scopes,
                lambda rows: self._check(label, rows, scopes),
                label,
            )
            use, problems = feature_use.read_features(rows, self._positions)
        except SourceError as fault:
            return None, [QueryReport(label, query.source, failure=str(fault))], [error(str(fault), label)]
        report = QueryReport(label, query.source, len(rows), (), rows.seconds, attempts)
        return use, [report], problems

    def _scopes(self, source: str) -> Sequence[TenantRange | None]:
        keys = [tenant.key for tenant in self.metrics.tenants]
        if self._assignment.tenant_ids:
            # Only PostgreSQL reads an id as the type of the column; elsewhere 7 and '7' differ in silence.
            narrow = len(keys) <= NARROW and self._readers[source].session.backend == "postgresql"
            return [TenantRange(key, key) for key in keys] if narrow else [None]
        if source != self._settings.tenants.source:
            return [None]  # another database may sort ids otherwise, and ranges would then miss tenants
        return self._readers[source].scopes(keys)

    def _check(self, label: str, rows: Rows, scopes: Sequence[TenantRange | None]) -> None:
        """Refuse an answer that cannot be right."""
        narrowed = bool(self._assignment.tenant_ids) and None not in scopes
        if len(scopes) > 1 and not narrowed:
            self._check_ids(rows)
        before = self._assignment.rows_before.get(label, 0)
        if not len(rows) and before > MANY_ROWS and not narrowed:
            raise SourceError(f"returned no row, where it returned {before:,} the last time")

    def _check_usage(self, label: str, rows: Rows, scopes: Sequence[TenantRange | None]) -> None:
        """The same for a usage query, whose measures must be its own."""
        self._check(label, rows, scopes)
        for name in measure_names(rows):
            if name in self._owner:
                raise UnusableAnswerError(f"the measure {name} is already returned by {self._owner[name]}")

    def _check_ids(self, rows: Rows) -> None:
        """Ranges of one type over ids of another lose rows in silence, and lost rows would become zeros."""
        expected = type(self.metrics.tenants[0].key)
        place = rows.columns.index("tenant_id") if "tenant_id" in rows.columns else None
        if place is not None and any(type(key) is not expected for key in rows.values[place]):
            raise UnusableAnswerError(
                f"returns ids that are not {expected.__name__} as in the tenants query; with shards, "
                "both must return them in the same type"
            )

    def _keep(self, label: str, values: dict[str, Floats]) -> None:
        self.metrics.values.update(values)
        self._owner.update(dict.fromkeys(values, label))
