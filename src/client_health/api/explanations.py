"""The endpoint that says why a score moved."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from client_health.api.checks import plain_date
from client_health.api.context import Ctx, Viewer
from client_health.api.schemas.base import View
from client_health.api.schemas.explanations import (
    ExplainedCause,
    ExplainedPart,
    ExplanationAnswer,
    RemedyAnswer,
)
from client_health.api.tenants import OrgId
from client_health.explanations import sentences
from client_health.explanations.sentences import Figures
from client_health.explanations.service import TenantExplanation, explain_tenant, to_low
from client_health.scorecard.explanation import Part
from client_health.scorecard.model import Component
from client_health.scorecard.remedy import Remedy

router = APIRouter(tags=["tenants"])


@router.get("/{orgId}/explanation", summary="Why the score of a tenant moved")
def get_explanation(
    ctx: Ctx,
    _: Viewer,
    org_id: OrgId,
    first: Annotated[
        date | None,
        Query(alias="from", description="Left out: seven days earlier."),
        BeforeValidator(plain_date),
    ] = None,
    last: Annotated[
        date | None,
        Query(alias="to", description="Left out: the latest score."),
        BeforeValidator(plain_date),
    ] = None,
    view: Annotated[
        View, Query(description="comparable: under the scorecard now in force; reported: as first told.")
    ] = "comparable",
) -> ExplanationAnswer:
    """The change between two dates in parts that sum to it exactly, and what would take it to LOW."""
    with ctx.store.read() as connection:
        told = explain_tenant(connection, org_id, first, last, view)
        return answer(told, to_low(connection, told))


def answer(told: TenantExplanation, remedies: list[Remedy]) -> ExplanationAnswer:
    """An explanation and what would take the tenant to LOW, with their sentences."""
    found, before, after = told.explanation, told.before, told.after
    components = {part.key: part for part in before.published.scorecard.components}
    components |= {part.key: part for part in after.published.scorecard.components}
    now = {part.key: part for part in after.published.scorecard.components}
    old_label, new_label = before.published.label, after.published.label
    return ExplanationAnswer(
        organization_id=told.tenant.tenant_id,
        name=told.tenant.name,
        date_from=before.row.day,
        date_to=after.row.day,
        score_from=found.score_from,
        score_to=found.score_to,
        change=found.change,
        components=[_part(components[part.key], part, before.figures, after.figures) for part in found.parts],
        scorecard=_cause(found.scorecard, sentences.scorecard_changed(old_label, new_label, found.scorecard)),
        availability=_cause(found.availability, sentences.availability(found.availability)),
        rounding=float(found.rounding),
        to_low=[
            RemedyAnswer(
                key=one.key,
                measure=one.measure,
                value_from=one.value_from,
                value_to=one.value_to,
                sentence=sentences.remedy(now[one.key], one),
            )
            for one in remedies
        ],
    )


def _part(component: Component, part: Part, before: Figures, after: Figures) -> ExplainedPart:
    return ExplainedPart(
        key=component.key,
        name=component.name,
        points=float(part.points),
        score_from=part.score_from,
        score_to=part.score_to,
        measures_from={name: before[name] for name in component.measures if name in before},
        measures_to={name: after[name] for name in component.measures if name in after},
        sentence=sentences.movement(component, part, before, after),
    )


def _cause(points: Decimal, sentence: str) -> ExplainedCause:
    return ExplainedCause(points=float(points), sentence=sentence)
