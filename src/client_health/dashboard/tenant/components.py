"""The component table: score, what is behind it, how it moved, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from client_health.dashboard.charts.sparkline import Spark, sparkline
from client_health.dashboard.tenant.subject import Subject
from client_health.dashboard.words import figure, signed, words
from client_health.errors import ConflictError
from client_health.explanations.sentences import Figures
from client_health.explanations.service import Advice, Row, advise
from client_health.scorecard.breakdown import ComponentTold
from client_health.scorecard.model import Component
from client_health.scorecard.remedy import Remedy

SPARK_DAYS = 30
STATE_WORDS = {
    "empty": "nothing to measure",
    "left_out_empty": "nothing to measure, left out",
    "left_out_silent": "nothing to measure and nobody active, left out",
    "missing": "no figures, left out",
}


@dataclass(frozen=True)
class ComponentRow:
    """One row. `note` says in words where the score is not simply measured; `spark` is of SPARK_DAYS days.

    `full` and `healthy`: what the measure would have to be for a score of 100, and for the tenant to be
    healthy; None where there is nothing to say.
    """

    told: ComponentTold
    behind: str
    note: str | None
    change: int | None
    spark: Spark
    full: str | None
    healthy: str | None


def component_rows(
    subject: Subject, now: Row, then: Row | None, advice: Advice, last: date
) -> list[ComponentRow]:
    """One row per component of the score `now`, changes being since `then`, sparklines up to `last`."""
    before = _scores(subject.told(then)) if then is not None else {}
    series = _series(subject, last)
    full = {one.key: one for one in advice.full}
    healthy = {one.key: one for one in advice.to_low} if now.risk_level in {"MEDIUM", "HIGH"} else {}
    rows = []
    for told in subject.told(now):
        key, score = told.component.key, told.score
        earlier = before.get(key)
        rows.append(
            ComponentRow(
                told,
                behind(told.component, advice.figures),
                STATE_WORDS.get(told.state),
                None if score is None or earlier is None else score - earlier,
                sparkline([values.get(key) for values in series]),
                None if score is None or score == 100 else _target(full.get(key)),
                _target(healthy.get(key)),
            )
        )
    return rows


def advice_on(connection: sa.Connection, subject: Subject, score: Row) -> Advice:
    """Advice on one of the tenant's scores; none where the measures behind it are no longer stored."""
    try:
        return advise(connection, subject.row, score)
    except ConflictError:
        return Advice({}, [], [])


def behind(component: Component, figures: Figures) -> str:
    """The measures of a component: `38 of 90 active users`, `3 support tickets`."""
    value = figures.get(component.measure)
    if value is None:
        return ""
    if component.per is None:
        return f"{figure(value)} {words(component.measure)}"
    if isinstance(component.per, str):
        return f"{figure(value)} of {figure(figures.get(component.per))} {words(component.measure)}"
    return f"{figure(value)} {words(component.measure)} per {figure(component.per)}"


def _target(remedy: Remedy | None) -> str | None:
    """`63 active users (+25)`."""
    if remedy is None or remedy.value_from is None or remedy.value_to == remedy.value_from:
        return None
    if remedy.value_to is None:
        return "not by this alone"
    change = remedy.value_to - remedy.value_from
    told = signed(change, 0 if change.is_integer() else 2)
    return f"{figure(remedy.value_to)} {words(remedy.measure)} ({told})"


def _series(subject: Subject, last: date) -> list[dict[str, int | None]]:
    """Component scores of each of the days up to `last`, empty where there was no score."""
    by_day: dict[date, dict[str, int | None]] = {}
    start = last - timedelta(days=SPARK_DAYS - 1)
    for row in subject.scores:
        if start <= row.day <= last:
            by_day[row.day] = _scores(subject.told(row))
    return [by_day.get(start + timedelta(days=number), {}) for number in range(SPARK_DAYS)]


def _scores(parts: Sequence[ComponentTold]) -> dict[str, int | None]:
    return {one.component.key: one.score for one in parts}
