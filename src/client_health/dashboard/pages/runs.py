"""The runs: which there were, which work now, when the next one comes, how fresh the sources are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from client_health.api.checks import without_nul
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Viewer
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.dashboard.run_words import run_line, schedule_words
from client_health.errors import NotFoundError
from client_health.jobs import requests
from client_health.jobs.standing import standing
from client_health.settings.model import Settings
from client_health.store import freshness, held, published_runs, run_pages, runs, suspicious_runs, tenants
from client_health.store.runs import OPEN, Run

router = APIRouter()
PAGE = 25
SHOWN_HELD = 3
Cursor = Annotated[str, Query(max_length=100)]
Id = Annotated[str, Query(max_length=100), AfterValidator(without_nul)]


@dataclass(frozen=True)
class Schedule:
    """The nightly schedule; `local` is the next run in the configured zone, None where it is off."""

    words: str
    cron: str
    timezone: str
    next_at: datetime | None
    local: str | None


@router.get("/runs")
def show_runs(
    request: Request, ctx: Ctx, who: Viewer, before: Cursor | None = None, already: Id = ""
) -> Response:
    """The newest runs; `before` is the cursor of a page, `already` a run that stood in the way of another."""
    now = ctx.clock()
    with ctx.store.read() as connection:
        page = run_pages.page(connection, PAGE, before)
        values = _head(connection, ctx, now) | {
            "held": [run_line(run, now) for run in _held(connection)],
            "names": tenants.names(connection, [run.tenant_ids[0] for run in page.runs if run.tenant_ids]),
            "in_the_way": _still_open(connection, already) if already else None,
        }
    lines = [run_line(run, now, values["names"]) for run in page.runs]
    return render(
        request, "runs.html", who, lines=lines, next_cursor=page.next_cursor, before=before, now=now, **values
    )


@router.get("/runs/head")
def show_head(request: Request, ctx: Ctx, who: Viewer) -> Response:
    """The schedule and what was published last, asked for anew when a run has ended."""
    now = ctx.clock()
    with ctx.store.read() as connection:
        values = _head(connection, ctx, now)
    if not is_fragment_wanted(request):
        return RedirectResponse("/runs", 303)
    return render(request, "fragments/runs_head.html", who, now=now, **values)


@router.post("/runs", dependencies=[CheckedForm])
def run_now(ctx: Ctx, who: Admin) -> Response:
    """Queue a run of the whole fleet; where one is open already, say so."""
    now = ctx.clock()
    wanted = requests.whole_fleet_now(ctx.settings, who.actor, now)
    run, is_new = requests.ask(ctx.store, ctx.settings, wanted, now)
    return RedirectResponse(f"/runs/{run.id}" if is_new else f"/runs?already={run.id}", 303)


def _head(connection: sa.Connection, ctx: Context, now: datetime) -> dict[str, Any]:
    sources = freshness.of_sources(connection, ctx.settings)
    stands = standing(connection, ctx.settings, now)
    return {
        "schedule": _schedule(ctx.settings, stands.next_run),
        "stands": stands,
        "last": None if stands.day is None else published_runs.of_day(connection, stands.day),
        "sources": sources,
        "asked": [query for source in sources for query in source.queries],
    }


def _schedule(settings: Settings, fire: datetime | None) -> Schedule:
    local = None if fire is None else f"{fire.astimezone(settings.zone):%Y-%m-%d %H:%M} {settings.timezone}"
    return Schedule(
        schedule_words(settings.schedule.cron), settings.schedule.cron, settings.timezone, fire, local
    )


def _held(connection: sa.Connection) -> list[Run]:
    """Runs that wait for somebody's word; those that a later run made superfluous keep nothing."""
    waiting = [
        run for run in suspicious_runs.waiting(connection) if held.held_at(connection, run.id) is not None
    ]
    return waiting[:SHOWN_HELD]


def _still_open(connection: sa.Connection, run_id: str) -> Run | None:
    try:
        run = runs.find(connection, run_id)
    except NotFoundError:
        return None
    return run if run.status in OPEN else None
