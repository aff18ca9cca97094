"""Editing scorecards: the draft lives in the form, every button sends it, the server reads and answers."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator
from starlette.datastructures import FormData

from client_health.api.checks import without_nul
from client_health.api.context import Context
from client_health.dashboard.context import Admin, CheckedForm, Ctx, Visitor
from client_health.dashboard.editor.beginning import begin
from client_health.dashboard.editor.changes import change
from client_health.dashboard.editor.checking import Checked, check, weights_sum
from client_health.dashboard.editor.drawing import drawn_curves
from client_health.dashboard.editor.posted import Posted, others_text, read_posted
from client_health.dashboard.preview_view import PreviewView, preview_view
from client_health.dashboard.rendering import is_fragment_wanted, render
from client_health.errors import ConflictError, StaleVersionError, UsageError
from client_health.jobs import requests
from client_health.replay.draft import DraftCheck, check_draft
from client_health.replay.preview import DEFAULT_DAYS, MOST_DAYS, preview
from client_health.scorecard.sets import ScorecardSet
from client_health.store import scorecard_sets, usage
from client_health.store.scorecard_sets import PublishedSet

router = APIRouter()
UNREAD = Checked(None, ())  # nobody asked yet what is wrong with it
Text = Annotated[str, Query(max_length=100), AfterValidator(without_nul)]


async def posted_form(request: Request) -> FormData:
    """What the form holds."""
    return await request.form()


@dataclass(frozen=True)
class Answer:
    """What the editor says about a draft besides showing it."""

    checked: Checked
    found: DraftCheck | None = None
    told: PreviewView | None = None
    refused: str | None = None
    is_stale: bool = False


@router.get("/scorecards/edit")
def show_editor(
    request: Request,
    ctx: Ctx,
    who: Admin,
    card: Text = "",
    start: Annotated[Text, Query(alias="from")] = "",
) -> Response:
    """An editor of what is in force; `from=name:version` begins with another version, `card` opens one."""
    published = requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    with ctx.store.read() as connection:
        draft = begin(connection, published, start, card)
    return _page(request, ctx, who, Posted(draft, "", DEFAULT_DAYS, ""), Answer(UNREAD))


@router.post("/scorecards/draft", dependencies=[CheckedForm])
def send_draft(
    request: Request, ctx: Ctx, who: Admin, form: Annotated[FormData, Depends(posted_form)]
) -> Response:
    """One button of the editor. What is wrong is said on the page that comes back, with what was typed."""
    posted = read_posted(form)
    if posted.action not in ("validate", "preview", "publish", "rebase"):
        return _changed(request, ctx, who, posted)
    if posted.action == "rebase":
        with ctx.store.read() as connection:
            newest = scorecard_sets.newest(connection)
        posted = replace(posted, draft=posted.draft.model_copy(update={"expected": newest}))
    checked = check(posted.draft)
    if checked.cards is None:
        return _page(request, ctx, who, posted, Answer(checked))
    with ctx.store.read() as connection:
        found = check_draft(connection, checked.cards)
    answer = Answer(checked, found)
    if posted.action == "publish" and not found.errors:
        return _publish(request, ctx, who, posted, answer, checked.cards)
    if posted.action == "preview":
        answer = _replayed(ctx, posted, answer, checked.cards)
    return _page(request, ctx, who, posted, answer)


def _changed(request: Request, ctx: Context, who: Visitor, posted: Posted) -> Response:
    try:
        after = change(posted.draft, posted.action)
    except UsageError as fault:
        return _page(request, ctx, who, posted, Answer(UNREAD, refused=str(fault)))
    return _page(request, ctx, who, replace(posted, draft=after), Answer(UNREAD))


def _replayed(ctx: Context, posted: Posted, answer: Answer, cards: ScorecardSet) -> Answer:
    published = requests.ensure_scorecards(ctx.store, ctx.settings, ctx.clock())
    try:
        with ctx.store.read() as connection:
            return replace(
                answer, told=preview_view(preview(connection, published.cards, cards, posted.days))
            )
    except ConflictError as fault:
        return replace(answer, refused=str(fault))


def _publish(
    request: Request, ctx: Context, who: Visitor, posted: Posted, answer: Answer, cards: ScorecardSet
) -> Response:
    """Queue the publication and go to its run; whatever stands in the way leaves the draft as it is."""
    note, expected = posted.note or None, posted.draft.expected
    try:
        queued = requests.publish(ctx.store, cards, "request", who.actor, ctx.clock(), note, expected)
    except ConflictError as fault:
        stale = isinstance(fault, StaleVersionError)
        refused = _STALE if stale else str(fault)
        return _page(request, ctx, who, posted, replace(answer, refused=refused, is_stale=stale))
    if queued is None:
        refused = "nothing to publish: these scorecards are in force already"
        return _page(request, ctx, who, posted, replace(answer, refused=refused))
    address = f"/runs/{queued[1].id}"
    if is_fragment_wanted(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


_STALE = (
    "somebody else published scorecards since you began; your draft is kept below. Compare it with what was "
    "published, then publish it if it still holds"
)


def _page(request: Request, ctx: Context, who: Visitor, posted: Posted, answer: Answer) -> Response:
    with ctx.store.read() as connection:
        current = scorecard_sets.in_force(connection)
        known = sorted({name for names in usage.measure_names(connection).values() for name in names})
    template = "fragments/editor.html" if is_fragment_wanted(request) else "scorecard_editor.html"
    return render(request, template, who, **_values(posted, answer, current), measures=known)


def _values(posted: Posted, answer: Answer, current: PublishedSet | None) -> dict[str, Any]:
    draft = posted.draft
    return {
        "draft": draft,
        "card": draft.card,
        "curves": drawn_curves(draft.card),
        "sum": weights_sum(draft.card),
        "others": others_text(draft),
        "beside": answer.checked.beside(draft.place),
        "answer": answer,
        "action": posted.action,
        "days": posted.days,
        "most_days": MOST_DAYS,
        "note": posted.note,
        "current": current,
    }
