"""Runs."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from client_health.api.schemas.base import ORG, Answer, OutcomeWord, StatusWord


class JobAccepted(Answer):
    """A run was queued, or one that does the same was open already."""

    job_id: str = Field(examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"])
    status: StatusWord = Field(examples=["queued"])
    is_new: bool = Field(examples=[True], description="False: the id is of a run that was open already.")


class JobProblem(Answer):
    """What went wrong, or is worth knowing: by query, tenant and column."""

    severity: Literal["error", "notice"] = Field(examples=["error"])
    query: str | None = Field(examples=["usage.login"])
    organization_id: str | None = Field(examples=[ORG])
    column: str | None = Field(examples=["active_users"])
    message: str = Field(examples=["NULL; a number from 0 is required"])


class Job(Answer):
    """A run: what it does, how far it is, how it ended."""

    job_id: str = Field(examples=["0f6c2d1e4b7a4f0c9f3f6f2b8c1d2e3f"])
    kind: Literal["all", "tenants", "rescore"] = Field(examples=["all"])
    trigger: str = Field(examples=["night"], description="command, request, night, catch_up or backfill.")
    requested_by: str = Field(examples=["schedule"])
    organization_ids: list[str] = Field(examples=[[]])
    score_date: date = Field(examples=["2026-03-01"])
    as_of: datetime = Field(examples=["2026-03-02T00:00:00Z"])
    status: StatusWord = Field(examples=["completed"])
    outcome: OutcomeWord | None = Field(examples=["clean"])
    failure: str | None = Field(examples=[None])
    stage: str | None = Field(examples=[None])
    progress: int = Field(examples=[100], ge=0, le=100)
    counts: dict[str, Any] = Field(examples=[{"tenants": 250, "scored": 250, "errors": 0, "notices": 1}])
    attempts: int = Field(examples=[1])
    worker: str | None = Field(examples=["host:4711:a1b2c3"])
    created_at: datetime = Field(examples=["2026-03-02T02:00:00Z"])
    started_at: datetime | None = Field(examples=["2026-03-02T02:00:01Z"])
    finished_at: datetime | None = Field(examples=["2026-03-02T02:00:04Z"])


class JobDetail(Job):
    """A run with its queries and its problems, errors first."""

    queries: list[dict[str, Any]] = Field(examples=[[{"name": "usage.login", "rows": 250, "failure": None}]])
    errors: list[JobProblem]
    notices: list[JobProblem] = Field(examples=[[]])


class JobList(Answer):
    """The newest runs first."""

    jobs: list[Job]
    next_cursor: str | None = Field(examples=[None])
