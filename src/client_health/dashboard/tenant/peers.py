"""Where the overall score stands among the narrowest cohort that has enough peers."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from client_health.benchmarks.cohorts import words
from client_health.benchmarks.figures import FEWEST_PEERS, Figures
from client_health.benchmarks.measures import OVERALL
from client_health.benchmarks.service import CohortStandings, of_tenant
from client_health.dashboard.charts.box import Box, box
from client_health.dashboard.words import attribute
from client_health.settings.model import BenchmarkSettings


@dataclass(frozen=True)
class Peers:
    """`day` is None until peers were compared; `figures` and `box` are None of too few peers."""

    day: date | None
    title: str = ""
    peers: int = 0
    value: int | None = None
    percentile: int | None = None
    figures: Figures | None = None
    box: Box | None = None
    fewest: int = FEWEST_PEERS


def peers_of(connection: sa.Connection, settings: BenchmarkSettings, tenant_id: str) -> Peers:
    """The standing of one tenant; of the widest cohort where none has enough peers."""
    told = of_tenant(connection, settings, tenant_id, None, only=OVERALL)
    standings = [(cohort, one) for cohort in told.cohorts for one in cohort.standings]
    if told.day is None or not standings:
        return Peers(told.day)
    enough = [pair for pair in standings if pair[1].figures is not None]
    cohort, standing = min(enough, key=lambda pair: pair[1].peers) if enough else standings[0]
    figures = standing.figures
    return Peers(
        told.day,
        _title(cohort),
        standing.peers,
        standing.value,
        standing.percentile,
        figures,
        box(figures.p25, figures.median, figures.p75, standing.value) if figures else None,
    )


def _title(cohort: CohortStandings) -> str:
    return words(cohort.cohort, attribute(cohort.label))
