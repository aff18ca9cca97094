"""The scorecards: what is in force, every version and how it differs from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator

from client_health.api.checks import without_nul
from client_health.api.context import Context
from client_health.dashboard import scorecard_words
from client_health.dashboard.charts.curve import CurveChart, curve_chart
from client_health.dashboard.context import Ctx, Viewer
from client_health.dashboard.rendering import render
from client_health.jobs import requests
from client_health.jobs.requests import PUBLICATION
from client_health.scorecard.differences import Difference, differences
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.sets import ScorecardSet, coverage
from client_health.scorecard.written import toml_text
from client_health.store import runs, scorecard_sets, scorecards, tenants
from client_health.store.scorecard_sets import PublishedSet
from client_health.store.scorecards import PublishedScorecard

router = APIRouter()
Name = Annotated[str, Path(max_length=63), AfterValidator(without_nul)]
Version = Annotated[int, Path(ge=1, le=2_000_000_000)]


@dataclass(frozen=True)
class InForce:
    """A scorecard in force: for whom it is, and how many active tenants it scores."""

    version: PublishedScorecard
    applies_to: str
    scored: int


@dataclass(frozen=True)
class PastVersion:
    """A version and what changed from the one of its name before; None: it is the first."""

    version: PublishedScorecard
    in_force: bool
    changes: Sequence[Difference] | None


@dataclass(frozen=True)
class PartLine:
    """A component as the page draws it."""

    component: Component
    value: str
    empty: str | None
    chart: CurveChart


@router.get("/scorecards")
def show_scorecards(request: Request, ctx: Ctx, who: Viewer) -> Response:
    """What is in force, and all versions."""
    published = requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    with ctx.store.read() as connection:
        values: dict[str, Any] = {
            "published": published,
            "in_force": _in_force(connection, published),
            "versions": _versions(connection, published),
            "sets": scorecard_sets.all_sets(connection)[::-1],
            "under_way": runs.open_with_key(connection, PUBLICATION),
        }
    return render(request, "scorecards.html", who, **values)


@router.get("/scorecards/{name}/{version}.toml")
def download_scorecard(ctx: Ctx, _: Viewer, name: Name, version: Version) -> Response:
    """A version as a scorecard file."""
    found = _find(ctx, name, version)
    headers = {"Content-Disposition": f'attachment; filename="{found.scorecard.name}-v{found.version}.toml"'}
    return Response(toml_text(found.scorecard), media_type="application/toml", headers=headers)


@router.get("/scorecards/{name}/{version}")
def show_scorecard(request: Request, ctx: Ctx, who: Viewer, name: Name, version: Version) -> Response:
    """One version: components, rules, content."""
    found = _find(ctx, name, version)
    with ctx.store.read() as connection:
        current = scorecard_sets.in_force(connection)
        named = [one for one in scorecards.all_versions(connection) if one.scorecard.name == name]
    card = found.scorecard
    return render(
        request,
        "scorecard.html",
        who,
        version=found,
        in_force=current is not None and found.id in {one.id for one in current.versions},
        newest=max(one.version for one in named),
        lines=part_lines(card),
        applies_to=scorecard_words.applies_to(card.applies_to),
        trend=scorecard_words.trend_rules(card),
        risk=scorecard_words.risk_rules(card),
        text=toml_text(card),
    )


def part_lines(card: Scorecard) -> list[PartLine]:
    """The components of a scorecard with their curves."""
    return [
        PartLine(
            component,
            scorecard_words.value_words(component),
            scorecard_words.empty_words(component),
            curve_chart(component.curve),
        )
        for component in card.components
    ]


def _find(ctx: Context, name: str, version: int) -> PublishedScorecard:
    with ctx.store.read() as connection:
        return scorecards.by_version(connection, name, version)


def _in_force(connection: sa.Connection, published: PublishedSet) -> list[InForce]:
    scored = coverage(published.cards, tenants.columns(connection).active_attributes).scored
    return [
        InForce(version, scorecard_words.applies_to(version.scorecard.applies_to), count)
        for version, count in zip(published.versions, scored, strict=True)
    ]


def _versions(connection: sa.Connection, published: PublishedSet) -> list[PastVersion]:
    """All versions, the newest first, each beside the one before it."""
    used, told = {one.id for one in published.versions}, []
    before: dict[str, PublishedScorecard] = {}
    for one in scorecards.all_versions(connection):
        earlier = before.get(one.scorecard.name)
        before[one.scorecard.name] = one
        told.append(PastVersion(one, one.id in used, None if earlier is None else _changes(earlier, one)))
    return told[::-1]


def _changes(earlier: PublishedScorecard, later: PublishedScorecard) -> list[Difference]:
    return differences(ScorecardSet((earlier.scorecard,)), ScorecardSet((later.scorecard,)))
