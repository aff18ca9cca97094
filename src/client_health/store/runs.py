"""Runs: asked for, taken by a worker, watched, finished. Every change of state is one conditional UPDATE."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from client_health.errors import ConflictError, NotFoundError, RunCancelledError, RunLostError
from client_health.instants import iso
from client_health.store import audit, run_requests
from client_health.store.audit import Actor
from client_health.store.run_requests import RunRequest
from client_health.store.schema import runs as table

Status = Literal["queued", "active", "completed", "failed", "cancelled"]
OPEN: tuple[Status, ...] = ("queued", "active")
BATCH_BY_HAND = "batch"
INTERRUPTIONS = "interruptions"  # among the counts: attempts that did not end


@dataclass(frozen=True)
class Run:
    """One run as it stands now."""

    id: str
    kind: str
    trigger: str
    requested_by: str
    exclusive_key: str | None
    tenant_ids: list[str]
    score_date: date
    as_of: datetime
    options: dict[str, Any]
    status: Status
    outcome: str | None
    failure: str | None
    stage: str | None
    progress: int
    counts: dict[str, Any]
    reports: list[dict[str, Any]]
    attempt: int
    worker: str | None
    scorecard_set: int | None
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def night_key(day: date) -> str:
    """The exclusive key of the nightly run of a date."""
    return f"night:{day.isoformat()}"


def create(connection: sa.Connection, request: RunRequest, at: datetime) -> tuple[Run, bool]:
    """Queue a run; returns it and True, or the open one with the same exclusive key and False."""
    run_id = uuid.uuid4().hex
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    statement = insert.values(
        id=run_id,
        kind=request.kind,
        trigger=request.trigger,
        requested_by=request.requested_by.name,
        exclusive_key=request.exclusive_key,
        tenant_ids=list(request.tenant_ids),
        score_date=request.score_date,
        as_of=request.as_of,
        options=request.options,
        scorecard_set=request.scorecard_set,
        status="queued",
        progress=0,
        counts={},
        reports=[],
        attempt=0,
        cancel_requested=False,
        created_at=at,
    ).on_conflict_do_nothing(
        index_elements=["exclusive_key"], index_where=sa.text("status IN ('queued', 'active')")
    )
    if connection.scalar(statement.returning(table.c.id)) is not None:
        run_requests.note(connection, request, run_id, at)
        return find(connection, run_id), True
    found = open_with_key(connection, request.exclusive_key or "")
    assert found is not None, "nothing but the exclusive key can stand in the way"
    return found, False


def take(
    connection: sa.Connection,
    run_id: str,
    worker: str,
    at: datetime,
    in_force: int | None = None,
    reason: str = "",
) -> Run | None:
    """Begin an attempt, or take over from a dead worker; None where the run is closed already.

    `in_force` is the scorecard set to score under, unless the run is to re-score under one of its own.
    `reason`: why the attempt before this one did not end, as far as its worker could say.
    """
    connection.execute(
        sa.update(table)
        .where(table.c.id == run_id, table.c.status == "queued", table.c.cancel_requested)
        .values(status="cancelled", finished_at=at)
    )
    before = find(connection, run_id)
    taken = connection.execute(
        sa.update(table)
        .where(table.c.id == run_id, table.c.status.in_(OPEN), table.c.attempt == before.attempt)
        .values(
            status="active",
            attempt=table.c.attempt + 1,
            worker=worker,
            scorecard_set=sa.case((table.c.kind == "rescore", table.c.scorecard_set), else_=in_force),
            started_at=sa.func.coalesce(table.c.started_at, at),
            progress=0,
            stage="starting",
            counts=_interrupted(before, at, reason),
        )
    )
    return find(connection, run_id) if taken.rowcount else None


def _interrupted(before: Run, at: datetime, reason: str) -> dict[str, Any]:
    """What the run's record tells of attempts that did not end; nothing else of them is kept."""
    told = list(before.counts.get(INTERRUPTIONS, ()))
    if before.status == "active":
        told.append(
            {
                "attempt": before.attempt,
                "worker": before.worker,
                "noticed_at": iso(at),
                "reason": reason or "its worker died, froze or was stopped",
            }
        )
    return {INTERRUPTIONS: told} if told else {}


def note_progress(
    connection: sa.Connection, run: Run, percent: int, stage: str, counts: Mapping[str, Any]
) -> None:
    """Record how far this attempt is; raises RunLostError or RunCancelledError where it must stop."""
    _of_attempt(connection, run, progress=percent, stage=stage, counts=dict(counts))
    check(connection, run)


def check(connection: sa.Connection, run: Run) -> None:
    """Raise where this attempt must stop: taken over, or cancelled."""
    found = find(connection, run.id)
    if found.attempt != run.attempt or found.status != "active":
        raise RunLostError(f"the run {run.id} was taken over or closed by somebody else")
    if found.cancel_requested:
        raise RunCancelledError(f"the run {run.id} was cancelled")


def finish(connection: sa.Connection, run: Run, status: Status, at: datetime, **values: Any) -> None:
    """Close this attempt's run; raises RunLostError where another attempt owns it now."""
    _of_attempt(connection, run, status=status, finished_at=at, stage=None, **values)


def _of_attempt(connection: sa.Connection, run: Run, **values: Any) -> None:
    changed = connection.execute(
        sa.update(table)
        .where(table.c.id == run.id, table.c.attempt == run.attempt, table.c.status == "active")
        .values(**values)
    )
    if not changed.rowcount:
        raise RunLostError(f"the run {run.id} was taken over or closed by somebody else")


def drop_queued(connection: sa.Connection, run_id: str, at: datetime, failure: str) -> bool:
    """Close a run that nobody has begun and nobody will; False where somebody has."""
    queued = sa.update(table).where(table.c.id == run_id, table.c.status == "queued")
    return bool(connection.execute(queued.values(status="failed", finished_at=at, failure=failure)).rowcount)


def cancel(connection: sa.Connection, run_id: str, by: Actor, at: datetime) -> Run:
    """Cancel a queued run at once, ask an active one to stop; raises ConflictError where it is closed."""
    before = find(connection, run_id)
    connection.execute(
        sa.update(table)
        .where(table.c.id == run_id, table.c.status == "queued")
        .values(status="cancelled", finished_at=at, cancel_requested=True)
    )
    connection.execute(
        sa.update(table).where(table.c.id == run_id, table.c.status == "active").values(cancel_requested=True)
    )
    run = find(connection, run_id)
    if run.status in {"completed", "failed"}:
        raise ConflictError(f"the run {run_id} is {run.status} already")
    if before.status in OPEN and not before.cancel_requested:
        audit.write(connection, by, "run.cancelled", run_id, at, score_date=run.score_date.isoformat())
    return run


def find(connection: sa.Connection, run_id: str) -> Run:
    """One run; raises NotFoundError."""
    row = connection.execute(sa.select(table).where(table.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no job {run_id!r}")
    return from_row(row)


def open_with_key(connection: sa.Connection, exclusive_key: str) -> Run | None:
    """The queued or active run with this exclusive key."""
    query = sa.select(table).where(table.c.exclusive_key == exclusive_key, table.c.status.in_(OPEN))
    row = connection.execute(query).one_or_none()
    return None if row is None else from_row(row)


def with_status(connection: sa.Connection, statuses: Sequence[Status]) -> list[Run]:
    """Runs in one of the given states, oldest first."""
    query = sa.select(table).where(table.c.status.in_(statuses)).order_by(table.c.created_at, table.c.id)
    return [from_row(row) for row in connection.execute(query)]


def newest(connection: sa.Connection, limit: int, before: datetime | None = None) -> list[Run]:
    """The newest runs first."""
    query = sa.select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.created_at < before)
    return [from_row(row) for row in connection.execute(query)]


def between(connection: sa.Connection, first: date, last: date) -> list[Run]:
    """Runs by score date, oldest first."""
    query = sa.select(table).where(table.c.score_date.between(first, last))
    return [
        from_row(row) for row in connection.execute(query.order_by(table.c.score_date, table.c.created_at))
    ]


def whole_fleet_since(connection: sa.Connection, first: date) -> list[Run]:
    """Whole-fleet runs of the score dates from `first` on."""
    query = sa.select(table).where(table.c.kind == "all", table.c.score_date >= first)
    return [from_row(row) for row in connection.execute(query)]


def last_ended(connection: sa.Connection) -> Run | None:
    """The newest whole-fleet run that completed or failed; cancelled ones do not count."""
    query = sa.select(table).where(table.c.kind == "all", table.c.status.in_(("completed", "failed")))
    row = connection.execute(query.order_by(table.c.created_at.desc()).limit(1)).one_or_none()
    return None if row is None else from_row(row)


def from_row(row: sa.Row[tuple[object, ...]]) -> Run:
    """A row of the table as a run."""
    return Run(**row._mapping)
