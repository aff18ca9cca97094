"""A stored score taken apart: what each component scores, brings, and rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from client_health.scorecard.components import ComponentScores, State
from client_health.scorecard.composite import contributions
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.rounding import Floats

StateWord = Literal["measured", "empty", "left_out_empty", "left_out_silent", "missing"]
FreshnessWord = Literal["fresh", "stale", "missing"]
_STATES: tuple[StateWord, ...] = ("measured", "empty", "left_out_empty", "left_out_silent")


@dataclass(frozen=True)
class ComponentTold:
    """One component of one score; `score` and `points` are None where it is left out."""

    component: Component
    score: int | None
    points: float | None
    state: StateWord
    freshness: FreshnessWord


def breakdown(scorecard: Scorecard, scores: Floats, letters: str) -> list[ComponentTold]:
    """The components of a score in the order of its scorecard, from the vector and letters as stored."""
    return breakdowns(scorecard, [scores], [letters])[0]


def breakdowns(
    scorecard: Scorecard, vectors: Sequence[Floats], letters: Sequence[str]
) -> list[list[ComponentTold]]:
    """The same of many scores at once."""
    if not letters:
        return []
    states = ComponentScores.states_from_letters(list(letters), len(scorecard.components))
    scored = ComponentScores(np.stack(vectors, axis=1), states)
    points = contributions(scorecard, scored)
    return [
        [
            ComponentTold(part, *_figures(score, brought), *_WORDS[code])
            for part, score, brought, code in zip(scorecard.components, *figures, strict=True)
        ]
        for figures in zip(scored.scores.T.tolist(), points.T.tolist(), states.T.tolist(), strict=True)
    ]


def _figures(score: float, points: float) -> tuple[int | None, float | None]:
    return (None, None) if math.isnan(score) else (int(score), points)


def _words(code: int) -> tuple[StateWord, FreshnessWord]:
    if code == State.MISSING:
        return "missing", "missing"
    return _STATES[code % State.STALE], "stale" if code >= State.STALE else "fresh"


_WORDS = [_words(code) for code in range(State.MISSING + 1)]
