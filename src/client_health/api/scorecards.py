"""Endpoints of scorecards: versions, validation, replay, publication."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response, status
from pydantic import AfterValidator

from client_health.api.checks import without_nul
from client_health.api.context import Admin, Csm, Ctx, Viewer
from client_health.api.drafts import read_draft, validate
from client_health.api.faults import PreconditionRequiredError
from client_health.api.schemas.scorecards import (
    CliffAnswer,
    DistributionAnswer,
    DraftAnswer,
    DraftBody,
    MovedAnswer,
    PreviewAnswer,
    PublicationAccepted,
    PublishBody,
    ScorecardDetail,
    ScorecardList,
    ScorecardVersion,
    WeekAnswer,
)
from client_health.errors import ConflictError, UsageError
from client_health.jobs import requests
from client_health.replay.draft import check_draft
from client_health.replay.preview import DEFAULT_DAYS, MOST_DAYS, preview
from client_health.replay.results import Distribution, Moved, NamedCliff, Preview
from client_health.store import scorecard_sets, scorecards
from client_health.store.scorecards import PublishedScorecard

router = APIRouter(prefix="/scorecards", tags=["scorecards"])
MOST_NAMED = 1000
Name = Annotated[str, AfterValidator(without_nul)]


@router.get("", summary="All versions of all scorecards")
def list_scorecards(ctx: Ctx, _: Viewer, response: Response) -> ScorecardList:
    """The newest first, and which are in force. The ETag is what publishing wants as If-Match."""
    requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    with ctx.store.read() as connection:
        current, newest = scorecard_sets.in_force(connection), scorecard_sets.newest(connection)
        versions = scorecards.all_versions(connection)
    used = {one.id for one in current.versions} if current else set()
    response.headers["ETag"] = f'"{newest}"'
    return ScorecardList(
        set_number=newest,
        in_force=[one.label for one in current.versions] if current else [],
        versions=[ScorecardVersion(**_version(one, used)) for one in reversed(versions)],
    )


@router.get("/{version}", summary="One version with its content")
def get_scorecard(
    ctx: Ctx,
    _: Viewer,
    version: Annotated[int, Path(ge=1, le=2_000_000_000, examples=[1])],
    name: Annotated[
        str | None,
        Query(max_length=63, description="Of the scorecard; left out: the only one that there is."),
        AfterValidator(lambda name: None if name is None else without_nul(name)),
    ] = None,
) -> ScorecardDetail:
    """The content is as in a scorecard file."""
    requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    with ctx.store.read() as connection:
        names = sorted({one.scorecard.name for one in scorecards.all_versions(connection)})
        if name is None and len(names) > 1:
            raise UsageError(f"name: there are several scorecards, say which: {', '.join(names)}")
        found = scorecards.by_version(connection, name or names[0], version)
        current = scorecard_sets.in_force(connection)
    used = {one.id for one in current.versions} if current else set()
    return ScorecardDetail(**_version(found, used), content=found.scorecard.content())


@router.post("/validate", summary="Check a draft")
def validate_draft(ctx: Ctx, _: Csm, body: DraftBody) -> DraftAnswer:
    """Errors and warnings in sentences, weights that would sum to 1, differences from what is in force."""
    return validate(ctx, body)


@router.post("/preview", summary="Replay stored usage under a draft")
def preview_draft(
    ctx: Ctx,
    _: Csm,
    body: DraftBody,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days to replay.")] = DEFAULT_DAYS,
) -> PreviewAnswer:
    """What the draft would change. No published score is touched, no source is asked."""
    draft = read_draft(body)
    published = requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    with ctx.store.read() as connection:
        return preview_answer(preview(connection, published.cards, draft, days))


@router.post("", status_code=status.HTTP_202_ACCEPTED, summary="Publish a draft")
def publish_draft(
    ctx: Ctx,
    who: Admin,
    body: PublishBody,
    if_match: Annotated[
        str | None, Header(description="The ETag of GET /scorecards.", examples=['"2"'])
    ] = None,
) -> PublicationAccepted:
    """Queues a job that scores the last 400 days under the draft and then switches to it in one step."""
    draft = read_draft(body)
    requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    expected = _set_number(if_match)
    with ctx.store.read() as connection:
        found = check_draft(connection, draft)
    if found.errors:
        raise UsageError("; ".join(found.errors))
    queued = requests.publish(ctx.store, draft, "request", who.actor, ctx.clock(), body.note, expected)
    if queued is None:
        raise ConflictError("nothing to publish: these scorecards are in force already")
    published, run = queued
    return PublicationAccepted(
        job_id=run.id,
        status=run.status,
        set_number=published.id,
        versions=[one.label for one in published.versions],
    )


def _set_number(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequiredError("send If-Match with the ETag of GET /scorecards")
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise UsageError("if-match: not an ETag that GET /scorecards answered")
    return int(number)


def _version(one: PublishedScorecard, in_force: set[int]) -> dict[str, Any]:
    return {
        "name": one.scorecard.name,
        "version": one.version,
        "in_force": one.id in in_force,
        "published_by": one.published_by,
        "published_at": one.published_at,
        "note": one.note,
        "digest": one.digest,
    }


def preview_answer(told: Preview) -> PreviewAnswer:
    """A replay as the API answers it."""
    return PreviewAnswer(
        date_from=told.first,
        date_to=told.last,
        days=told.days,
        tenants=told.tenants,
        before=_distribution(told.before),
        after=_distribution(told.after),
        level_changes=[_moved(one) for one in told.level_changes[:MOST_NAMED]],
        level_changes_total=len(told.level_changes),
        movers=[_moved(one) for one in told.movers],
        weeks=[
            WeekAnswer(monday=one.monday, high_before=one.before, high_after=one.after) for one in told.weeks
        ],
        cliffs=[_cliff(one) for one in told.cliffs[:MOST_NAMED]],
        cliffs_total=len(told.cliffs),
    )


def _distribution(one: Distribution) -> DistributionAnswer:
    return DistributionAnswer(
        histogram=list(one.histogram),
        risk_levels=one.levels,
        median=one.median,
        without_score=one.without_score,
    )


def _moved(one: Moved) -> MovedAnswer:
    return MovedAnswer.model_validate(
        {
            "organization_id": one.tenant_id,
            "name": one.name,
            "score_from": one.score_from,
            "score_to": one.score_to,
            "change": one.change,
            "risk_level_from": one.level_from,
            "risk_level_to": one.level_to,
            "reasons": list(one.reasons),
        }
    )


def _cliff(one: NamedCliff) -> CliffAnswer:
    return CliffAnswer(
        organization_id=one.tenant_id,
        name=one.name,
        measure=one.cliff.measure,
        value_from=one.cliff.value_from,
        value_to=one.cliff.value_to,
        score_from=one.cliff.score_from,
        score_to=one.cliff.score_to,
    )
