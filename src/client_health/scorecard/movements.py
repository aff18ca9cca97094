"""What moved the scores of many tenants: each component by itself, and components that came or went."""

from dataclasses import dataclass

import numpy as np

from client_health.scorecard.components import ComponentScores
from client_health.scorecard.composite import weights
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats


@dataclass(frozen=True)
class Movements:
    """Points of the unrounded scores; NaN for a tenant without a score on one of the two dates.

    `own` has a row per component and a column per tenant: change of its score × mean share of the weight.
    `availability` has an entry per tenant: shares that moved because components came, went or were left out.
    Together they are the whole change.
    """

    own: Floats
    availability: Floats


def movements(scorecard: Scorecard, before: ComponentScores, after: ComponentScores) -> Movements:
    """Split the changes of aligned tenants by Shapley's rule (see `explanation`)."""
    share_before, share_after = shares(scorecard, before), shares(scorecard, after)
    old, new = before.scores, after.scores
    known_old = np.nan_to_num(np.where(np.isnan(old), new, old))
    known_new = np.nan_to_num(np.where(np.isnan(new), old, new))
    own = (known_new - known_old) * (share_before + share_after) / 2
    availability = ((share_after - share_before) * (known_old + known_new) / 2).sum(axis=0)
    return Movements(own, availability)


def shares(scorecard: Scorecard, scores: ComponentScores) -> Floats:
    """Each component's share of the weight in force; NaN for a tenant with none in force."""
    weight = weights(scorecard) * scores.in_force
    total = weight.sum(axis=0)
    with np.errstate(invalid="ignore"):
        share: Floats = weight / np.where(total == 0, np.nan, total)
    return share
