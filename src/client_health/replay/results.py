"""What a replay answers."""

from dataclasses import dataclass
from datetime import date

from client_health.replay.cliffs import Cliff


@dataclass(frozen=True)
class Distribution:
    """Tenants by ten points of the score (the last bar holds 90 to 100), and by risk level."""

    histogram: tuple[int, ...]
    levels: dict[str, int]
    median: int | None
    without_score: int


@dataclass(frozen=True)
class Moved:
    """One tenant under both. Scores are None where there is none; `points` by component, largest first."""

    tenant_id: str
    name: str
    score_from: int | None
    score_to: int | None
    level_from: str
    level_to: str
    reasons: tuple[str, ...]

    @property
    def change(self) -> int:
        """Points that the draft gives or takes."""
        return (self.score_to or 0) - (self.score_from or 0)


@dataclass(frozen=True)
class Week:
    """How many tenants were HIGH on some day of a week, and how many would have been."""

    monday: date
    before: int
    after: int


@dataclass(frozen=True)
class NamedCliff:
    """A cliff and whose it is."""

    tenant_id: str
    name: str
    cliff: Cliff


@dataclass(frozen=True)
class Preview:
    """What a draft would change on the latest date, and would have changed over the replayed days."""

    first: date
    last: date
    days: int
    tenants: int
    before: Distribution
    after: Distribution
    level_changes: tuple[Moved, ...]
    movers: tuple[Moved, ...]
    weeks: tuple[Week, ...]
    cliffs: tuple[NamedCliff, ...]
