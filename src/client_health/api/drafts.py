"""Drafts of scorecards as the API takes them: read strictly, and told kindly what is wrong."""

from typing import Any

from client_health.api.context import Context
from client_health.api.schemas.scorecards import DifferenceAnswer, DraftAnswer, DraftBody, NormalisedWeights
from client_health.errors import UsageError
from client_health.replay.draft import check_draft
from client_health.replay.reading import Fault, read_contents
from client_health.scorecard.model import WEIGHT_TOLERANCE, normalised
from client_health.scorecard.sets import ScorecardSet


def read_draft(body: DraftBody) -> ScorecardSet:
    """The scorecards of a request; raises UsageError that says everything that is wrong with them."""
    cards, faults = _read(body)
    if faults or cards is None:
        raise UsageError("; ".join(faults))
    return cards


def validate(ctx: Context, body: DraftBody) -> DraftAnswer:
    """Everything that is to be said about a draft."""
    cards, faults = _read(body)
    offered = [weights for one in body.scorecards if (weights := _normalised(one)) is not None]
    if cards is None:
        return DraftAnswer(
            valid=False,
            errors=faults,
            warnings=[],
            normalised_weights=offered,
            tenants_scored={},
            differences=[],
        )
    with ctx.store.read() as connection:
        found = check_draft(connection, cards)
    return DraftAnswer(
        valid=not found.errors,
        errors=list(found.errors),
        warnings=[one.message for one in found.findings if one.severity == "warning"],
        normalised_weights=offered,
        tenants_scored=found.scored,
        differences=[
            DifferenceAnswer(scorecard=one.scorecard, what=one.what, before=one.before, after=one.after)
            for one in found.differences
        ],
    )


def _read(body: DraftBody) -> tuple[ScorecardSet | None, list[str]]:
    cards, faults = read_contents(body.scorecards)
    return cards, [_sentence(fault) for fault in faults]


def _sentence(fault: Fault) -> str:
    place = ("scorecards", *(() if fault.scorecard is None else (fault.scorecard, *fault.place)))
    return f"{'.'.join(str(part) for part in place)}: {fault.message}"


def _normalised(content: dict[str, Any]) -> NormalisedWeights | None:
    """Weights in the same proportions, where they are numbers above 0 that do not sum to 1."""
    try:
        weights = {str(part["key"]): float(part["weight"]) for part in content["components"]}
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    usable = bool(weights) and all(0 < weight < 1e12 for weight in weights.values())
    if not usable or abs(sum(weights.values()) - 1) <= WEIGHT_TOLERANCE:
        return None
    shares = normalised(list(weights.values()))
    return NormalisedWeights(
        scorecard=str(content.get("name", "default")), weights=dict(zip(weights, shares, strict=True))
    )
