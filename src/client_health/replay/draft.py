"""What is wrong with a draft, and what it would do, found out without publishing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sqlalchemy as sa

from client_health.replay.latest import latest_day
from client_health.scorecard.columns import Columns
from client_health.scorecard.components import State, score_components
from client_health.scorecard.differences import Difference, differences
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.sets import NONE, ScorecardSet, coverage
from client_health.store import scorecard_sets, tenants, usage, usage_days
from client_health.store.tenants import TenantColumns
from client_health.store.usage_days import UsageDay

NAMED = 10


@dataclass(frozen=True)
class Finding:
    """Something about a draft. An error stands in the way of publishing it."""

    severity: Literal["error", "warning"]
    message: str


@dataclass(frozen=True)
class DraftCheck:
    """Findings, how many active tenants each scorecard scores, and what differs from what is in force."""

    findings: tuple[Finding, ...]
    scored: dict[str, int]
    differences: tuple[Difference, ...]

    @property
    def errors(self) -> tuple[str, ...]:
        """What stands in the way of publishing."""
        return tuple(one.message for one in self.findings if one.severity == "error")


def check_draft(connection: sa.Connection, cards: ScorecardSet) -> DraftCheck:
    """Hold a draft against the measures, the tenants and the latest usage that are stored."""
    fleet = tenants.columns(connection)
    covered = coverage(cards, fleet.active_attributes)
    day, current = latest_day(connection), scorecard_sets.in_force(connection)
    known = {name for names in usage.measure_names(connection).values() for name in names}
    findings = list(_unknown_measures(cards, known))
    if day is not None:
        findings += _idle_components(cards, fleet, usage_days.read_day(connection, day))
    findings += [
        Finding("warning", f"{count:,} tenants match both {one} and {other}; {one} scores them")
        for one, other, count in covered.overlaps
    ]
    findings += _uncovered([fleet.active_ids[place] for place in covered.uncovered.tolist()])
    findings += [
        Finding("warning", f"{card.name}: no active tenant is scored by it")
        for card, count in zip(cards.scorecards, covered.scored, strict=True)
        if not count and fleet.active.any()
    ]
    return DraftCheck(
        tuple(findings),
        {card.name: count for card, count in zip(cards.scorecards, covered.scored, strict=True)},
        () if current is None else tuple(differences(current.cards, cards)),
    )


def _unknown_measures(cards: ScorecardSet, known: set[str]) -> Iterator[Finding]:
    if not known:
        yield Finding("warning", "nothing was measured yet, so the names of measures cannot be checked")
        return
    there = ", ".join(sorted(known))
    for card in cards.scorecards:
        for measure in sorted(card.measures - known):
            yield Finding(
                "error", f"{card.name}: no query has returned the measure {measure}; there are: {there}"
            )


def _uncovered(ids: Sequence[str]) -> list[Finding]:
    if not ids:
        return []
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    names = ", ".join(ids[:NAMED])
    return [Finding("warning", f"no scorecard applies to {names}{more}; they would not be scored")]


def _idle_components(cards: ScorecardSet, fleet: TenantColumns, day: UsageDay) -> Iterator[Finding]:
    """Components that no tenant has figures for on the latest date."""
    assigned = np.full(int(fleet.keys.max(initial=0)) + 1, NONE)
    assigned[fleet.keys] = cards.assign(fleet.attributes)
    everything = Columns(len(day.tenants), day.values, day.stale_days)
    for place, card in enumerate(cards.scorecards):
        places = np.flatnonzero(assigned[day.tenants] == place)
        if len(places):
            states = score_components(card, everything.at(places)).states
            for component, row in zip(card.components, states, strict=True):
                yield from _idle(card, component, row % State.STALE, bool((row == State.MISSING).all()))


def _idle(card: Scorecard, component: Component, states: np.ndarray, missing: bool) -> Iterator[Finding]:
    where = f"{card.name}, component {component.key}"
    if missing:
        yield Finding("warning", f"{where}: no tenant has figures for it on the latest date")
    elif (states == State.EXCLUDED).all():
        yield Finding("warning", f"{where}: every tenant has nothing to measure, so it would be left out")
    elif ((states == State.EMPTY) | (states == State.SILENT)).all():
        yield Finding(
            "error",
            f"{where}: every tenant has nothing to measure, so all would be given {component.when_empty:g} "
            'for it; leave it out, or write when_empty = "exclude"',
        )
