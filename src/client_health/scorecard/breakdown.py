"""A stored score taken apart: what each component scores, brings, and rests on."""

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
    states = ComponentScores.states_from_letters([letters], len(scorecard.components))
    scored = ComponentScores(scores.reshape(-1, 1), states)
    points = contributions(scorecard, scored)[:, 0]
    return [
        ComponentTold(part, *_figures(float(score), float(brought)), *_words(code))
        for part, score, brought, code in zip(
            scorecard.components, scores, points, states[:, 0].tolist(), strict=True
        )
    ]


def _figures(score: float, points: float) -> tuple[int | None, float | None]:
    return (None, None) if np.isnan(score) else (int(score), points)


def _words(code: int) -> tuple[StateWord, FreshnessWord]:
    if code == State.MISSING:
        return "missing", "missing"
    return _STATES[code % State.STALE], "stale" if code >= State.STALE else "fresh"
