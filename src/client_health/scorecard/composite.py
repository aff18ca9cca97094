"""From component scores to the overall score, its contributions and its confidence."""

import numpy as np

from client_health.scorecard.components import ComponentScores
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import TOLERANCE, Floats, round_half_up


def weights(scorecard: Scorecard) -> Floats:
    """The components' weights as a column vector."""
    return np.array([[component.weight] for component in scorecard.components])


def contributions(scorecard: Scorecard, components: ComponentScores) -> Floats:
    """Points that each component brings: weight × score / sum of weights in force. NaN where left out."""
    weight = weights(scorecard)
    in_force = (weight * components.in_force).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        points: Floats = weight * components.scores / in_force
    return points


def overall(scorecard: Scorecard, components: ComponentScores) -> Floats:
    """The weighted mean of the components in force, rounded half up; NaN where none is in force."""
    total, left_out = np.zeros(components.scores.shape[1]), np.zeros(components.scores.shape[1])
    for component, scores in zip(scorecard.components, components.scores, strict=True):
        points, absent = scores * component.weight, np.isnan(scores)
        if absent.any():
            points[absent] = 0.0
            left_out[absent] += component.weight
        total += points
    in_force = sum(component.weight for component in scorecard.components) - left_out
    in_force[in_force < TOLERANCE] = np.nan
    return round_half_up(total / in_force)


def missing_weight(scorecard: Scorecard, components: ComponentScores) -> Floats:
    """Share of the scorecard's weight whose figures are missing, 0 to 1."""
    return _share(scorecard, components.missing)


def confidence(scorecard: Scorecard, components: ComponentScores) -> Floats:
    """Share of the scorecard's weight that fresh data backs, 0 to 1. Empty does not lower it."""
    backed = 1.0 - _share(scorecard, components.missing | components.stale)
    share: Floats = np.clip(np.round(backed, 6), 0.0, 1.0)
    return share


def _share(scorecard: Scorecard, where: np.ndarray) -> Floats:
    share = np.zeros(where.shape[1])
    for component, row in zip(scorecard.components, where, strict=True):
        if row.any():
            share += row * component.weight
    return share / sum(component.weight for component in scorecard.components)
