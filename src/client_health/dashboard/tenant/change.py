"""Why the score changed between two dates: a waterfall and one sentence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from client_health.dashboard.charts.waterfall import Step, waterfall
from client_health.dashboard.tenant.address import Asked
from client_health.errors import ConflictError, NotFoundError
from client_health.explanations import sentences
from client_health.explanations.service import TenantExplanation, explain_tenant


@dataclass(frozen=True)
class ChangeShown:
    """The change between two dates; `steps` lead from the score then to the score now."""

    day_from: date
    day_to: date
    score_from: int
    score_to: int
    steps: list[Step]
    sentence: str

    @property
    def change(self) -> int:
        """Points between the two."""
        return self.score_to - self.score_from


def change_of(connection: sa.Connection, asked: Asked) -> ChangeShown | str:
    """What is shown, or the reason why nothing can be."""
    try:
        told = explain_tenant(connection, asked.tenant_id, asked.first, asked.last, asked.view)
    except (ConflictError, NotFoundError) as fault:
        return str(fault)
    return shown(told)


def shown(told: TenantExplanation) -> ChangeShown:
    """An explanation as a waterfall: components by size, then what no component did."""
    found, before, after = told.explanation, told.before, told.after
    names = {part.key: part.name for part in before.published.scorecard.components}
    names |= {part.key: part.name for part in after.published.scorecard.components}
    parts = sorted(found.parts, key=lambda part: -abs(part.points))
    rows = [(names[part.key], part.points) for part in parts]
    others = (
        (f"Scorecard {before.published.label} → {after.published.label}", found.scorecard),
        ("Components that came or went", found.availability),
        ("Rounding", found.rounding),
    )
    rows += [(label, points) for label, points in others if points]
    day_from, day_to = before.row.day, after.row.day
    labels = (day_from.isoformat(), day_to.isoformat())
    steps = waterfall(found.score_from, rows, found.score_to, labels)
    return ChangeShown(day_from, day_to, found.score_from, found.score_to, steps, main_reason(told))


def main_reason(told: TenantExplanation) -> str:
    """One sentence on what moved the score most; rounding is no reason."""
    found = told.explanation
    components = {part.key: part for part in told.before.published.scorecard.components}
    components |= {part.key: part for part in told.after.published.scorecard.components}
    old, new = told.before.published.label, told.after.published.label
    candidates: list[tuple[Decimal, str]] = [
        (part.points, sentences.movement(components[part.key], part, told.before.figures, told.after.figures))
        for part in found.parts
    ]
    candidates += [
        (found.scorecard, sentences.scorecard_changed(old, new, found.scorecard)),
        (found.availability, sentences.availability(found.availability)),
    ]
    points, sentence = max(candidates, key=lambda one: abs(one[0]))
    return sentence if points else "Nothing moved the score between these dates."
