"""What a quarterly business review shows a customer: nothing internal, and never another tenant's value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from client_health.dashboard.tenant.address import Asked
from client_health.dashboard.tenant.change import ChangeShown, change_of
from client_health.dashboard.tenant.components import ComponentRow, advice_on, component_rows
from client_health.dashboard.tenant.freshness import measured
from client_health.dashboard.tenant.quarter import Quarter
from client_health.dashboard.tenant.score_history import HistoryShown, history_shown
from client_health.dashboard.tenant.subject import Subject
from client_health.dashboard.tenant.usage import UsageChart, usage_highlights
from client_health.explanations.service import Row
from client_health.store.notes import Note

FOR_CUSTOMERS = ("meeting", "renewal")  # a call, an escalation or a note may hold what is ours alone
MOST_NOTES = 4
MOST_MARKS = 4  # in the history, each with a line of words below it
MOST_COMPONENTS = 8
ONE_SCORE = "There is one score only."
NOT_COMPARED = "The two scores cannot be compared part by part."
CHART_HEIGHT = 160.0  # pixels: with MOST_COMPONENTS rows it still fits on a sheet


@dataclass(frozen=True)
class Review:
    """A quarter of one tenant. `change` is a sentence where the two scores cannot be compared.

    `stale`: of components by their keys, when the figures behind the last score were measured.
    """

    begin: Row
    end: Row
    history: HistoryShown
    change: ChangeShown | str
    components: list[ComponentRow]
    left_out: int
    usage: list[UsageChart]
    stale: dict[str, date | None]
    provisional: bool


def review(
    connection: sa.Connection, subject: Subject, quarter: Quarter, notes: Sequence[Note]
) -> Review | None:
    """The review of a quarter; None where it has no score."""
    last = min(quarter.last, subject.last)
    scored = [row for row in subject.scores if row.overall is not None and quarter.first <= row.day <= last]
    if not scored:
        return None
    begin, end = scored[0], scored[-1]
    asked = Asked(subject.row.tenant_id, first=begin.day, last=end.day)
    change = change_of(connection, asked) if begin.day < end.day else ONE_SCORE
    if isinstance(change, str) and change != ONE_SCORE:
        change = NOT_COMPARED  # why is a matter between us and our store
    advice = advice_on(connection, subject, end)
    rows = component_rows(subject, end, begin, advice, end.day)
    return Review(
        begin,
        end,
        history_shown(subject, quarter.first, last, notes, CHART_HEIGHT, MOST_MARKS),
        change,
        rows[:MOST_COMPONENTS],
        max(0, len(rows) - MOST_COMPONENTS),
        usage_highlights(subject.daily, subject.published.scorecard, quarter.first, last),
        {
            row.told.component.key: measured(subject, end, row.told)
            for row in rows
            if row.told.freshness == "stale"
        },
        subject.provisional and end.day == subject.row.day,
    )


def told_to_customers(notes: Sequence[Note], quarter: Quarter) -> list[Note]:
    """The latest notes of a quarter that are fit for a customer's eyes, the newest first."""
    fit = [one for one in notes if one.kind in FOR_CUSTOMERS and quarter.first <= one.day <= quarter.last]
    return fit[:MOST_NOTES]
