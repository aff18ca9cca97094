"""The endpoint that says how fresh the sources are."""

from datetime import datetime

from fastapi import APIRouter

from client_health.api.context import Ctx, Viewer
from client_health.api.schemas.freshness import Freshness, QueryFreshnessAnswer, SourceFreshnessAnswer
from client_health.store import freshness
from client_health.store.freshness import QueryFreshness, SourceFreshness, age_seconds

router = APIRouter(tags=["freshness"])


@router.get("/freshness", summary="How fresh each source and query is")
def get_freshness(ctx: Ctx, _: Viewer) -> Freshness:
    """Last success, age, rows, duration and last error of each query, by source."""
    now = ctx.clock()
    with ctx.store.read() as connection:
        found = freshness.of_sources(connection, ctx.settings)
    return Freshness(checked_at=now, sources=[_source(one, now) for one in found])


def _source(one: SourceFreshness, now: datetime) -> SourceFreshnessAnswer:
    return SourceFreshnessAnswer(
        name=one.name,
        last_success_at=one.last_success_at,
        age_seconds=age_seconds(one.last_success_at, now),
        queries=[_query(query, now) for query in one.queries],
    )


def _query(one: QueryFreshness, now: datetime) -> QueryFreshnessAnswer:
    state, answered = one.state, one.last_success_at is not None
    return QueryFreshnessAnswer(
        name=one.name,
        ever_answered=answered,
        last_success_at=one.last_success_at,
        age_seconds=age_seconds(one.last_success_at, now),
        score_date=state.succeeded_day if state else None,
        as_of=state.succeeded_as_of if state else None,
        rows=state.rows if state and answered else None,
        seconds=state.seconds if state and answered else None,
        measures=list(state.measures) if state else [],
        last_failure_at=state.failed_at if state else None,
        failure=state.failure if state else None,
    )
