"""What a draft would change, put in the order in which a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from client_health.dashboard.charts.histogram import Bar, bars
from client_health.dashboard.charts.weeks import WeeksChart, weeks_chart
from client_health.replay.results import Distribution, Moved, NamedCliff, Preview

HEIGHT = 130
SHOWN_CHANGES = 100
SHOWN_MOVERS = 20
SHOWN_CLIFFS = 20
_WORSE = {"LOW": 0, "MEDIUM": 1, "HIGH": 2}


@dataclass(frozen=True)
class Histogram:
    """One side, drawn on the scale that both sides share."""

    title: str
    side: Distribution
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Group:
    """Tenants that change level in one direction: the first of them, and how many there are."""

    title: str
    tone: str
    moved: Sequence[Moved]
    total: int


@dataclass(frozen=True)
class PreviewView:
    """A replay as the page shows it."""

    told: Preview
    histograms: tuple[Histogram, Histogram]
    height: int
    groups: Sequence[Group]
    weeks: WeeksChart | None
    movers: Sequence[Moved]
    cliffs: Sequence[NamedCliff]


def preview_view(told: Preview) -> PreviewView:
    """Histograms on one scale, level changes by direction, and the first of the long lists."""
    most = max(*told.before.histogram, *told.after.histogram, 1)
    return PreviewView(
        told,
        (_histogram("Now", told.before, most), _histogram("With the draft", told.after, most)),
        HEIGHT,
        _groups(told.level_changes),
        weeks_chart(told.weeks) if told.weeks else None,
        told.movers[:SHOWN_MOVERS],
        told.cliffs[:SHOWN_CLIFFS],
    )


def _histogram(title: str, side: Distribution, most: int) -> Histogram:
    return Histogram(title, side, bars(side.histogram, HEIGHT, most))


def _groups(changes: Sequence[Moved]) -> list[Group]:
    sorted_out: dict[str, list[Moved]] = {"worse": [], "better": [], "other": []}
    for one in changes:
        sorted_out[_direction(one)].append(one)
    titles = {
        "worse": "Would be at a higher risk",
        "better": "Would be at a lower risk",
        "other": "Would gain or lose their level or score",
    }
    return [
        Group(title, tone, sorted_out[tone][:SHOWN_CHANGES], len(sorted_out[tone]))
        for tone, title in titles.items()
        if sorted_out[tone]
    ]


def _direction(one: Moved) -> str:
    """Worse or better between known levels; a level or score that is gained or lost is neither."""
    old, new = _WORSE.get(one.level_from), _WORSE.get(one.level_to)
    if old is None or new is None or old == new:
        return "other"
    return "worse" if new > old else "better"
