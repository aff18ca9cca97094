"""From measures to component scores: curve, empty, missing, stale, silent."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from client_health.scorecard.columns import Columns
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.rounding import Floats, round_half_up

Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]


class State(IntEnum):
    """Where a component's score comes from. A stale figure adds STALE to it."""

    MEASURED = 0
    EMPTY = 1  # nothing to measure: scored by `when_empty`
    EXCLUDED = 2  # nothing to measure: left out by `when_empty = "exclude"`
    SILENT = 3  # nothing to measure and nobody alive: left out
    STALE = 4
    MISSING = 8


_LETTERS = np.frombuffer(b"vexqVEXQ-", dtype=np.uint8)
_CODES = np.zeros(256, dtype=np.uint8)
_CODES[_LETTERS] = np.arange(len(_LETTERS), dtype=np.uint8)


@dataclass(frozen=True)
class ComponentScores:
    """Scores and states, one row per component of the scorecard, one column per tenant.

    `scores` holds whole numbers from 0 to 100, NaN where the component is left out.
    """

    scores: Floats
    states: Codes

    @property
    def in_force(self) -> Bools:
        """True where the component counts towards the overall score."""
        return ~np.isnan(self.scores)

    @property
    def missing(self) -> Bools:
        """True where the source gave no usable figure."""
        missing: Bools = self.states == State.MISSING
        return missing

    @property
    def stale(self) -> Bools:
        """True where the figures are from an earlier date."""
        stale: Bools = (self.states >= State.STALE) & (self.states < State.MISSING)
        return stale

    def at(self, tenants: Bools) -> Self:
        """The scores of some tenants."""
        return type(self)(self.scores[:, tenants], self.states[:, tenants])

    def only(self, keep: Bools) -> Self:
        """The same scores with everything left out that `keep` does not hold."""
        return type(self)(np.where(keep, self.scores, np.nan), self.states)

    def letters(self) -> list[str]:
        """States of each tenant as one letter per component, as they are stored."""
        width = self.states.shape[0]
        joined = _LETTERS[self.states.T].tobytes().decode("ascii")
        return [joined[start : start + width] for start in range(0, len(joined), width)]

    @staticmethod
    def states_from_letters(letters: list[str], components: int) -> Codes:
        """The reverse of `letters`: an array of states, one row per component."""
        joined = np.frombuffer("".join(letters).encode("ascii"), dtype=np.uint8)
        return np.ascontiguousarray(_CODES[joined].reshape(len(letters), components).T)


def not_alive(scorecard: Scorecard, columns: Columns) -> Bools:
    """True for tenants whose `alive_measure` is 0; a missing one switches the rule off."""
    if scorecard.alive_measure is None:
        return np.zeros(columns.count, dtype=bool)
    silent: Bools = columns.value(scorecard.alive_measure, scorecard.max_age_days) == 0
    return silent


def score_components(scorecard: Scorecard, columns: Columns) -> ComponentScores:
    """Score every component for every tenant."""
    shape = (len(scorecard.components), columns.count)
    scores, states = np.empty(shape), np.zeros(shape, dtype=np.uint8)
    silent = not_alive(scorecard, columns)
    for row, component in enumerate(scorecard.components):
        _score_one(component, columns, scorecard.max_age_days, silent, scores[row], states[row])
    return ComponentScores(scores, states)


def _score_one(
    component: Component, columns: Columns, max_age: int, silent: Bools, scores: Floats, states: Codes
) -> None:
    """Fill one component's row of scores and states."""
    value, empty = _value(component, columns, max_age)
    points = np.asarray(component.curve)
    scores[:] = round_half_up(np.interp(value, points[:, 0], points[:, 1]))
    for measure in component.measures:
        if (stale := columns.stale(measure)) is not None:
            states[stale] = State.STALE
    absent = np.isnan(value)
    if not absent.any():
        return
    if empty is not None:
        _score_empty(component, empty, silent, scores, states)
        absent &= ~empty
    states[absent] = State.MISSING


def _value(component: Component, columns: Columns, max_age: int) -> tuple[Floats, Bools | None]:
    """The value that the curve reads (NaN: missing or empty), and where there is nothing to measure."""
    value = columns.value(component.measure, max_age)
    if component.per is None:
        return value, None
    if not isinstance(component.per, str):
        return value / component.per, None
    per = columns.value(component.per, max_age)
    empty: Bools = per == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = value / per
    if not empty.any():
        return ratio, None
    empty &= ~np.isnan(value)
    ratio[empty] = np.nan
    return ratio, empty


def _score_empty(component: Component, empty: Bools, silent: Bools, scores: Floats, states: Codes) -> None:
    """Score tenants with nothing to measure; where nobody is alive, silence earns nothing."""
    if component.when_empty == "exclude":
        scores[empty], basis = np.nan, State.EXCLUDED
    else:
        assert component.when_empty is not None
        scores[empty], basis = round_half_up(np.array([component.when_empty]))[0], State.EMPTY
    states[empty] += np.uint8(basis)
    if basis is State.EMPTY and component.when_empty:
        quiet = empty & silent
        scores[quiet] = np.nan
        states[quiet] += np.uint8(State.SILENT - State.EMPTY)
