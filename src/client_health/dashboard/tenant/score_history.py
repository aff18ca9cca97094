"""The history of the score: the chart, its marks in words, and the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from client_health.dashboard.charts.history import HEIGHT, HistoryChart, Place, history
from client_health.dashboard.tenant.subject import Subject
from client_health.explanations.service import Row
from client_health.store.notes import Note

MOST_MARKS = 20
SHORT = 90  # letters of a note that are shown beside the chart


@dataclass(frozen=True)
class Marked:
    """What a numbered mark stands for: what happened on a date, each as its kind and words.

    Notes and events have their own kinds; another scorecard version is of the kind `scorecard`.
    """

    number: int
    day: date
    told: list[tuple[str, str]]

    @property
    def kind(self) -> str:
        """How it is drawn: as a mark of people's, if there is one."""
        return next((kind for kind, _ in self.told if kind != "scorecard"), "scorecard")


@dataclass(frozen=True)
class HistoryRow:
    """One date of the table, and its place in the chart."""

    row: Row
    version: str
    place: Place | None

    @property
    def is_uncertain(self) -> bool:
        """Whether it is drawn and rests in part on figures that are stale or missing."""
        return self.place is not None and self.row.confidence < 1


@dataclass(frozen=True)
class HistoryShown:
    """The scores from `first` to `last`; `summary` says the chart in one sentence."""

    first: date
    last: date
    chart: HistoryChart
    marks: list[Marked]
    rows: list[HistoryRow]
    summary: str

    @property
    def scored(self) -> int:
        """Dates that have a score."""
        return sum(one.row.overall is not None for one in self.rows)

    @property
    def uncertain(self) -> int:
        """Scores that rest in part on figures that are stale or missing."""
        return sum(one.is_uncertain for one in self.rows)


def history_shown(
    subject: Subject,
    first: date,
    last: date,
    notes: Sequence[Note],
    height: float = HEIGHT,
    most_marks: int = MOST_MARKS,
) -> HistoryShown:
    """The part of a tenant's history between two dates, with notes and scorecard changes as marks.

    The latest marks are drawn; `most_marks` of them can be told apart.
    """
    rows = [row for row in subject.scores if first <= row.day <= last]
    marks = _marked(subject, first, last, notes, most_marks)
    risk = subject.published.scorecard.risk
    marked_on = [mark.day for mark in marks]
    chart = history([(row.day, row.overall) for row in rows], first, last, risk, marked_on, height)
    told = [
        HistoryRow(row, subject.versions[row.scorecard].label, place)
        for row, place in zip(rows, chart.places, strict=True)
    ]
    return HistoryShown(first, last, chart, marks, told, _summary(rows, first, last))


def _marked(subject: Subject, first: date, last: date, notes: Sequence[Note], most: int) -> list[Marked]:
    found: list[tuple[date, str, str]] = [(note.day, note.kind, _short(note.text)) for note in notes]
    for day, old, new in subject.history.changes:
        found.append((day, "scorecard", f"{subject.versions[old].label} → {subject.versions[new].label}"))
    inside = sorted(one for one in found if first <= one[0] <= last)[-most:]
    days = [(day, list(ones)) for day, ones in groupby(inside, key=itemgetter(0))]
    return [Marked(number, day, [one[1:] for one in ones]) for number, (day, ones) in enumerate(days, 1)]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rstrip() + "…"


def _summary(rows: Sequence[Row], first: date, last: date) -> str:
    span = f"Score from {first} to {last}"
    known = [row for row in rows if row.overall is not None]
    if not known:
        return f"{span}: no scores."
    low, high = min(known, key=lambda row: row.overall), max(known, key=lambda row: row.overall)
    return (
        f"{span}: {known[0].overall} on {known[0].day}, lowest {low.overall} on {low.day}, "
        f"highest {high.overall} on {high.day}, {known[-1].overall} on {known[-1].day}."
    )
