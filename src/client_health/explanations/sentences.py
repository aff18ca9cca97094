"""Sentences built from figures and names, never typed beside them."""

from decimal import Decimal

from client_health.scorecard.explanation import Part
from client_health.scorecard.model import Component
from client_health.scorecard.remedy import Remedy

Figures = dict[str, float]


def number(value: float | None) -> str:
    """A figure as people write it: whole where it is whole."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def signed(points: Decimal) -> str:
    """Points with their sign, a true minus: +4.2, −6.6, 0."""
    if not points:
        return "0"
    return f"{'+' if points > 0 else '−'}{abs(points).normalize():f}"


def signed_whole(change: int) -> str:
    """A change of whole points with its sign."""
    return signed(Decimal(change))


def words(measure: str) -> str:
    """The name of a measure as words."""
    return measure.replace("_", " ")


def movement(component: Component, part: Part, before: Figures, after: Figures) -> str:
    """What happened to one component, and what it brought or cost."""
    return f"{component.name} {_verb(part)}{_behind(component, before, after)}: {_points(part.points)}."


def _verb(part: Part) -> str:
    old, new = part.score_from, part.score_to
    if old is None and new is None:
        return "is left out on both dates"
    if old is None:
        return f"counts again, at {new}"
    if new is None:
        return f"no longer counts; it was at {old}"
    if old == new:
        return f"stayed at {new}"
    return f"{'rose' if new > old else 'fell'} from {old} to {new}"


def _behind(component: Component, before: Figures, after: Figures) -> str:
    """The measures behind it: `active users 61 → 38 of 90`."""
    old, new = before.get(component.measure), after.get(component.measure)
    told = f" ({words(component.measure)} {number(old)} → {number(new)}"
    if isinstance(component.per, str):
        was, is_now = before.get(component.per), after.get(component.per)
        told += f" of {number(was)}" if was == is_now else f" of {number(was)} → {number(is_now)}"
    return told + ")"


def _points(points: Decimal) -> str:
    return f"{signed(points)} {'point' if abs(points) == 1 else 'points'}"


def scorecard_changed(old: str, new: str, points: Decimal) -> str:
    """What another scorecard version did."""
    if old == new:
        return f"The scorecard is the same, {new}."
    return f"The scorecard changed from {old} to {new}: {_points(points)}."


def availability(points: Decimal) -> str:
    """What components that went missing, were left out or came back did to the shares of the others."""
    if not points:
        return "No component came or went."
    return f"Components that came or went moved the shares of the others: {_points(points)}."


def remedy(component: Component, found: Remedy) -> str:
    """What would take the tenant to LOW by this component alone."""
    if found.value_to is None:
        return f"{component.name}: not by this component alone."
    if found.value_to == found.value_from:
        return f"{component.name}: nothing has to change."
    span = f"from {number(found.value_from)} to {number(found.value_to)}"
    return f"{component.name}: {words(found.measure)} {span}."
