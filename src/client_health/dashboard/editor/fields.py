"""A draft as the text of its form fields, exactly as somebody typed it."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from client_health.scorecard.model import Component, Scorecard

MOST_PARTS = 50
MOST_CARDS = 50
Text = Annotated[str, StringConstraints(max_length=1000)]
Lines = Annotated[str, StringConstraints(max_length=20_000)]


class _Fields(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PartFields(_Fields):
    """A component. `weight` is in percent; `fixed`: its key is stored with scores already."""

    key: Text = ""
    name: Text = ""
    weight: Text = ""
    measure: Text = ""
    per: Text = ""
    curve: Lines = ""
    when_empty: Text = ""
    fixed: Text = ""


class CardFields(_Fields):
    """A scorecard. Segments and industries stand on a line each; `min_confidence` is in percent."""

    name: Text = ""
    segment: Lines = ""
    industry: Lines = ""
    employees_from: Text = ""
    employees_to: Text = ""
    alive_measure: Text = ""
    max_age_days: Text = ""
    min_confidence: Text = ""
    lookback_days: Text = ""
    improving_above: Text = ""
    declining_below: Text = ""
    high_below: Text = ""
    high_below_when_declining: Text = ""
    low_from: Text = ""
    high_when_not_alive: Text = ""
    grace_days: Text = ""
    parts: Annotated[tuple[PartFields, ...], Field(max_length=1000)] = ()


class DraftFields(_Fields):
    """Scorecards in order, which of them is being edited, and the set that the editor began from."""

    cards: Annotated[tuple[CardFields, ...], Field(min_length=1, max_length=MOST_CARDS)]
    place: int
    expected: int

    @property
    def card(self) -> CardFields:
        """The scorecard that is being edited."""
        return self.cards[self.place]


def fields_of(card: Scorecard) -> CardFields:
    """A published scorecard as fields."""
    rule, trend, risk = card.applies_to, card.trend, card.risk
    return CardFields(
        name=card.name,
        segment="\n".join(rule.segment) if rule else "",
        industry="\n".join(rule.industry) if rule else "",
        employees_from=number_text(rule.employees_from) if rule else "",
        employees_to=number_text(rule.employees_to) if rule else "",
        alive_measure=card.alive_measure or "",
        max_age_days=number_text(card.max_age_days),
        min_confidence=percent_text(card.min_confidence),
        lookback_days=number_text(trend.lookback_days),
        improving_above=number_text(trend.improving_above),
        declining_below=number_text(trend.declining_below),
        high_below=number_text(risk.high_below),
        high_below_when_declining=number_text(risk.high_below_when_declining),
        low_from=number_text(risk.low_from),
        high_when_not_alive="on" if risk.high_when_not_alive else "",
        grace_days=number_text(risk.grace_days),
        parts=tuple(_part(component) for component in card.components),
    )


def _part(component: Component) -> PartFields:
    per, empty = component.per, component.when_empty
    return PartFields(
        key=component.key,
        name=component.name,
        weight=percent_text(component.weight),
        measure=component.measure,
        per=per if isinstance(per, str) else number_text(per),
        curve="\n".join(f"{number_text(value)} → {number_text(score)}" for value, score in component.curve),
        when_empty=empty if isinstance(empty, str) else number_text(empty),
        fixed="yes",
    )


def number_text(value: float | None) -> str:
    """A number so that reading it gives the same number."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def percent_text(share: float) -> str:
    """A share in percent, in exact arithmetic: 0.07 is 7, not 7.000000000000001."""
    return percent_of(Decimal(repr(share)))


def percent_of(share: Decimal) -> str:
    """The same of a decimal number."""
    percent = (share * 100).normalize()
    return f"{percent:f}" if abs(percent.adjusted()) < 15 else str(percent)
