"""A closer look than a run takes: lint, time for a few tenants, plan, instants, users of sources."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from client_health.errors import ClientHealthError
from client_health.settings.model import Settings
from client_health.settings.queries import DEFAULT_SOURCE, UsageQuery
from client_health.sources.lint import columns_compared, lint
from client_health.sources.privileges import beyond_reading
from client_health.sources.reader import SourceReader
from client_health.sources.statement import TenantRange, scoped
from client_health.usage.collect import Assignment, Readers, binds
from client_health.usage.metrics import Collection, QueryReport
from client_health.usage.problems import Problem, error, notice

FEW = 5
_ISO_MARKS = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}|\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z")
_EXPLAIN = {"postgresql": "explain ", "sqlite": "explain query plan "}


@dataclass(frozen=True)
class Finding:
    """What was found out about one usage query."""

    report: QueryReport
    seconds_for_few: float | None
    plan: list[str]
    problems: list[Problem]


def inspect(
    assignment: Assignment, settings: Settings, readers: Readers, collection: Collection
) -> list[Finding]:
    """Look at every usage query that a collection has just asked."""
    reports = {report.name: report for report in collection.reports}
    keys = [tenant.key for tenant in collection.metrics.tenants[:FEW]]
    findings = []
    for name, query in settings.usage.items():
        reader = readers[query.source]
        report = reports[f"usage.{name}"]
        said = error if report.failure else notice  # what the database answered cannot be an error
        problems = [said(text, f"usage.{name}") for text in lint(query.sql, reader.session.backend)]
        problems += _marked_instants(f"usage.{name}", query, reader)
        values = binds(assignment, settings, query.window_days)
        seconds, plan = None, []
        if not report.failure:
            seconds, plan = _for_few(reader, query, values, keys), _plan(reader, query, values)
        findings.append(Finding(report, seconds, plan, problems))
    return findings


def inspect_users(readers: Readers) -> list[Problem]:
    """Notices on users of sources that could do more than read."""
    return [
        notice(told, "source" if name == DEFAULT_SOURCE else f"sources.{name}")
        for name, reader in readers.items()
        for told in beyond_reading(reader.session)
    ]


def _for_few(
    reader: SourceReader, query: UsageQuery, values: dict[str, object], keys: Sequence[object]
) -> float | None:
    try:
        rows, _ = reader.read(query.sql, values, [TenantRange(key, key) for key in keys])
        return rows.seconds
    except ClientHealthError:
        return None


def _plan(reader: SourceReader, query: UsageQuery, values: dict[str, object]) -> list[str]:
    explain = _EXPLAIN.get(reader.session.backend)
    if explain is None:
        return []
    try:
        rows = reader.session.fetch(explain + scoped(query.sql, None), values)
    except ClientHealthError:
        return []
    return [str(row[-1]) for row in rows]


def _marked_instants(label: str, query: UsageQuery, reader: SourceReader) -> list[Problem]:
    """SQLite compares instants as text: a column that holds `T` or `Z` never compares right."""
    if reader.session.backend != "sqlite":
        return []
    found = []
    for table, column in columns_compared(query.sql, reader.session.backend):
        sample = reader.session.sample(table, column)
        if sample is not None and _ISO_MARKS.search(sample):
            found.append(
                notice(
                    f"{table}.{column} holds instants such as {sample!r}; they are compared as text with "
                    "'2026-03-01 00:00:00', so wrap the column in datetime()",
                    label,
                )
            )
    return found
