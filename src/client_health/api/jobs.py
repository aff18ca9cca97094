"""Endpoints of runs: start all, list, watch, cancel."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from pydantic import AfterValidator

from client_health.api import present
from client_health.api.checks import without_nul
from client_health.api.context import Admin, Ctx, Viewer
from client_health.api.schemas.jobs import Job, JobAccepted, JobDetail, JobList
from client_health.jobs import requests
from client_health.store import problems, run_pages, runs

router = APIRouter(tags=["jobs"])
JobId = Annotated[
    str,
    Path(
        alias="jobId",
        max_length=100,
        description="What asking for the run answered.",
        examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"],
    ),
    AfterValidator(without_nul),
]
SHOWN_PROBLEMS = 1000


@router.post("/calculate-all", status_code=status.HTTP_202_ACCEPTED, summary="Recalculate all tenants")
def calculate_all(ctx: Ctx, who: Admin) -> JobAccepted:
    """Queues a run of the whole fleet; while one is queued or running, answers with its id again."""
    now = ctx.clock()
    request = requests.whole_fleet_now(ctx.settings, who.actor, now)
    run, is_new = requests.ask(ctx.store, ctx.settings, request, now)
    return JobAccepted(job_id=run.id, status=run.status, is_new=is_new)


@router.get("/jobs", summary="Runs, the newest first")
def list_jobs(
    ctx: Ctx,
    _: Viewer,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100, description="nextCursor of the page before.")] = None,
) -> JobList:
    """Nightly runs, catch-up runs and those by hand."""
    with ctx.store.read() as connection:
        page = run_pages.page(connection, limit, cursor)
    return JobList(jobs=[present.job(run) for run in page.runs], next_cursor=page.next_cursor)


@router.get("/jobs/{jobId}", summary="How far a run is, or how it ended")
def get_job(ctx: Ctx, _: Viewer, job_id: JobId) -> JobDetail:
    """With its queries, and its errors by query, tenant and column."""
    with ctx.store.read() as connection:
        run = runs.find(connection, job_id)
        return present.job_detail(run, problems.of_run(connection, job_id, SHOWN_PROBLEMS))


@router.post("/jobs/{jobId}/cancel", summary="Cancel a run")
def cancel_job(ctx: Ctx, who: Admin, job_id: JobId) -> Job:
    """A queued run is cancelled at once; an active one stops at its next statement and publishes nothing."""
    with ctx.store.write() as connection:
        return present.job(runs.cancel(connection, job_id, who.actor, ctx.clock()))


@router.post(
    "/jobs/{jobId}/accept",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Publish what a suspicious run held back",
)
def accept_job(ctx: Ctx, who: Admin, job_id: JobId) -> JobAccepted:
    """Queues a run that publishes the kept figures as they are; no source is asked again."""
    with ctx.store.read() as connection:
        run = runs.find(connection, job_id)
    request = requests.accept(run, "request", who.actor)
    queued, is_new = requests.ask(ctx.store, ctx.settings, request, ctx.clock())
    return JobAccepted(job_id=queued.id, status=queued.status, is_new=is_new)
