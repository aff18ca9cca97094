"""How a tenant stands among its peers, and how the fleet's cohorts do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from client_health.api.checks import searchable
from client_health.api.context import Context
from client_health.benchmarks.choices import choices
from client_health.benchmarks.cohorts import ALL, Cohort, words
from client_health.benchmarks.figures import FEWEST_PEERS
from client_health.benchmarks.measures import OVERALL
from client_health.benchmarks.narrowing import Narrowed, narrow
from client_health.benchmarks.service import Benchmarks, CohortStandings, Standing, of_fleet, of_tenant
from client_health.dashboard.charts.box import Box, axis_end, box
from client_health.dashboard.context import Ctx, Viewer
from client_health.dashboard.rendering import render
from client_health.dashboard.words import attribute
from client_health.errors import UsageError
from client_health.jobs.standing import standing
from client_health.store import portfolio
from client_health.store.portfolio import Filters

router = APIRouter()
PATH = "/benchmarks"
FOUND = 20  # tenants that a search lists
HEADINGS = {"points": "Scores", "percent": "Ratios behind them", "number": "Other measures"}
Text = Annotated[str, Query(max_length=500), AfterValidator(searchable)]


@dataclass(frozen=True)
class Row:
    """One measure, or one cohort in the overview; `box` is None of too few peers, `end` ends its axis."""

    name: str
    standing: Standing
    box: Box | None
    end: float
    address: str = ""


@dataclass(frozen=True)
class Group:
    """Measures of one unit; `end` is where the axis of all of them ends, None where each has its own."""

    unit: str
    heading: str
    rows: list[Row]
    end: float | None


@router.get(PATH)
def show_benchmarks(
    request: Request,
    ctx: Ctx,
    who: Viewer,
    tenant: Text = "",
    industry: Text = "",
    size: Text = "",
    segment: Text = "",
    q: Text = "",
) -> Response:
    """A tenant among its peers; without one the cohorts of the fleet."""
    fault, narrowed = None, None
    try:
        narrowed = narrow(industry, size, segment)
    except UsageError as error:
        fault = str(error)
    with ctx.store.read() as connection:
        shown = _of_tenant if tenant else _of_fleet
        values = shown(connection, ctx, tenant, narrowed)
        values["choices"] = choices(connection)
        values["found"] = _search(connection, q)
        values["stands"] = standing(connection, ctx.settings, ctx.clock())
    return render(
        request,
        "benchmarks.html",
        who,
        422 if fault else 200,
        fault=fault,
        chosen=narrowed.cohort if narrowed else ALL,
        q=q,
        fewest=FEWEST_PEERS,
        address=_address,
        **values,
    )


def _of_tenant(
    connection: sa.Connection, ctx: Context, tenant: str, narrowed: Narrowed | None
) -> dict[str, Any]:
    settings = ctx.settings.benchmarks
    own = of_tenant(connection, settings, tenant, None)
    asked = own if narrowed is None else of_tenant(connection, settings, tenant, narrowed)
    cohorts = [
        (_title(one), _address(tenant, one.cohort), one.cohort, _overall(one).peers)
        for one in own.cohorts
        if one.standings
    ]
    belongs = narrowed is None or narrowed.cohort in {one.cohort for one in own.cohorts}
    return _shown(asked) | {"tenant": own.tenant, "cohorts": cohorts, "belongs": belongs, "overview": []}


def _of_fleet(connection: sa.Connection, ctx: Context, _: str, narrowed: Narrowed | None) -> dict[str, Any]:
    told = of_fleet(connection, ctx.settings.benchmarks, narrowed)
    others = [one for one in told.cohorts if len(one.cohort.family) == 1 and one.standings]
    overview = [] if narrowed else [_row(_overall(one), _title(one), one.cohort) for one in others]
    return _shown(told) | {"tenant": None, "cohorts": [], "belongs": True, "overview": overview}


def _shown(told: Benchmarks) -> dict[str, Any]:
    """The one cohort that the page is about, its measures by unit."""
    cohort = told.cohorts[0] if told.cohorts else None
    standings = cohort.standings if cohort else []
    return {
        "day": told.day,
        "title": _title(cohort) if cohort else words(ALL, ""),
        "groups": list(_groups(standings)),
        "peers": max((one.peers for one in standings), default=0),
        "too_few": all(one.figures is None for one in standings),
        "compared": any(one.value is not None for one in standings),
    }


def _groups(standings: Iterable[Standing]) -> Iterable[Group]:
    for unit, heading in HEADINGS.items():
        rows = [_row(one, one.measure.name) for one in standings if one.measure.unit == unit]
        ends = {row.end for row in rows if row.box}
        if rows:
            yield Group(unit, heading, rows, ends.pop() if len(ends) == 1 else None)


def _row(standing: Standing, name: str, cohort: Cohort = ALL) -> Row:
    figures, end = standing.figures, 100.0
    if figures and standing.measure.unit == "number":
        end = axis_end(figures.p75, standing.value)
    placed = None
    if figures:
        placed = box(figures.p25, figures.median, figures.p75, standing.value, 0, end)
    return Row(name, standing, placed, end, _address("", cohort))


def _overall(cohort: CohortStandings) -> Standing:
    return next((one for one in cohort.standings if one.measure.key == OVERALL), cohort.standings[0])


def _title(one: CohortStandings) -> str:
    return words(one.cohort, attribute(one.label))


def _search(connection: sa.Connection, q: str) -> portfolio.Page | None:
    wanted = " ".join(q.split())
    return portfolio.page(connection, Filters(search=wanted), "name", FOUND) if wanted else None


def _address(tenant: str, cohort: Cohort = ALL) -> str:
    """This page, for a tenant and a cohort."""
    asked = {"tenant": tenant, **cohort._asdict()}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{PATH}?{query}" if query else PATH
