"""What a tenant's score rests on that is not fresh, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from client_health.dashboard.tenant.subject import Subject
from client_health.explanations.service import Row
from client_health.scorecard.breakdown import ComponentTold, FreshnessWord


@dataclass(frozen=True)
class NotFresh:
    """A component without fresh figures. `measured`: the date of its last ones, None where not known."""

    key: str
    name: str
    freshness: FreshnessWord
    measured: date | None


@dataclass(frozen=True)
class Freshness:
    """`behind`: the newest date that the fleet was scored for, where the tenant's own score is older."""

    behind: date | None
    not_fresh: Sequence[NotFresh]

    @property
    def names(self) -> dict[str, list[str]]:
        """Names of the components by their state."""
        found: dict[str, list[str]] = {"stale": [], "missing": []}
        for one in self.not_fresh:
            found[one.freshness].append(one.name)
        return found


def freshness(subject: Subject) -> Freshness:
    """What a page has to say beside the score."""
    row = subject.row
    behind = subject.last if row.is_active and row.day < subject.last else None
    parts = [one for one in subject.components if one.freshness != "fresh"]
    return Freshness(
        behind,
        [
            NotFresh(one.component.key, one.component.name, one.freshness, measured(subject, row, one))
            for one in parts
        ],
    )


def measured(subject: Subject, row: Row, part: ComponentTold) -> date | None:
    """The date of the figures behind a component of a score, or the last one that had any."""
    if part.freshness == "stale":
        daily = subject.measures_of(row)
        ages = daily.stale_days if daily else {}
        oldest = max((ages.get(name, 0.0) for name in part.component.measures), default=0.0)
        day: date = row.day
        return day - timedelta(days=int(oldest))
    for other in reversed(subject.scores):
        then = {one.component.key: one for one in subject.told(other)}.get(part.component.key)
        if then is not None and then.freshness == "fresh":
            found: date = other.day
            return found
    return None
