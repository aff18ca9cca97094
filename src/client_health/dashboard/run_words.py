"""Runs as people read them: what each does, why it was started, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_health.store.runs import OPEN, Run

TRIGGERS = {
    "command": "from the command line",
    "request": "by hand",
    "night": "nightly",
    "catch_up": "a missed night, made up",
    "backfill": "backfill of a past date",
}
_WEEKDAYS = {"*": "every day", "1-5": "Monday to Friday", "6,0": "at weekends"}


@dataclass(frozen=True)
class State:
    """How a run stands: an icon and a word, and whether that is good, bad or something to look at."""

    word: str
    icon: str
    tone: str


@dataclass(frozen=True)
class RunLine:
    """A run with everything that a line about it says. `seconds` are those that it worked so far."""

    run: Run
    what: str
    why: str
    state: State
    seconds: float | None

    @property
    def title(self) -> str:
        """What its page is called."""
        return self.what if self.run.kind == "rescore" else f"Run of {self.run.score_date.isoformat()}"

    @property
    def is_open(self) -> bool:
        """Whether it may still change, so that the page keeps asking."""
        return self.run.status in OPEN

    @property
    def may_cancel(self) -> bool:
        """Whether somebody could still stop it."""
        return self.is_open and not self.run.cancel_requested

    @property
    def jump(self) -> dict[str, Any] | None:
        """Why it is held back, until it is accepted or its date published otherwise."""
        held_back = self.run.outcome == "suspicious" and _settled(self.run) is None
        return self.run.counts.get("jump") if held_back else None


def run_line(run: Run, now: datetime, names: Mapping[str, str] | None = None) -> RunLine:
    """A run as it stands at an instant; `names` of tenants by their ids."""
    end = run.finished_at or now
    seconds = None if run.started_at is None else max(0.0, (end - run.started_at).total_seconds())
    return RunLine(run, _what(run, names or {}), TRIGGERS.get(run.trigger, run.trigger), _state(run), seconds)


def _what(run: Run, names: Mapping[str, str]) -> str:
    if run.kind == "rescore":
        return "Publication of scorecards" if run.options.get("publishes") else "History scored anew"
    if run.kind == "tenants":
        count, first = len(run.tenant_ids), run.tenant_ids[0]
        return names.get(first, first) if count == 1 else f"{count:,} tenants"
    return "Accepted figures" if run.options.get("held") else "All tenants"


def _state(run: Run) -> State:
    if run.status == "queued":
        return State("Queued", "clock", "quiet")
    if run.status == "active":
        return State("Stopping" if run.cancel_requested else "Running", "refresh", "busy")
    if run.status == "cancelled":
        return State("Cancelled", "minus", "quiet")
    if run.status == "failed":
        return State("Failed", "high", "bad")
    if run.outcome == "suspicious":
        settled = _settled(run)
        return (
            State(f"Held back, {settled}", "check", "quiet") if settled else State("Held back", "high", "bad")
        )
    if run.outcome == "with_errors":
        return State("With errors", "medium", "warn")
    return State("Completed", "low", "good")


def _settled(run: Run) -> str | None:
    """What came of a run that was held back; None: it still is."""
    if "accepted_by" in run.counts:
        return "accepted"
    return "superseded" if "superseded_by" in run.counts else None


def schedule_words(cron: str) -> str:
    """A schedule as people say it where it is a simple one, else the cron expression itself."""
    if cron == "off":
        return "off"
    minute, hour, *days = cron.split()
    plain = minute.isdigit() and hour.isdigit() and days[:2] == ["*", "*"] and days[2] in _WEEKDAYS
    return f"{_WEEKDAYS[days[2]]} at {int(hour):02}:{int(minute):02}" if plain else f"cron {cron}"
