"""What two sets of scorecards differ in, as short lines that people can read before they publish."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.sets import ScorecardSet


@dataclass(frozen=True)
class Difference:
    """One thing that changes; None: it is not there on that side."""

    scorecard: str
    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.scorecard}: {self.what} is new: {self.after}"
        if self.after is None:
            return f"{self.scorecard}: {self.what} is gone; it was {self.before}"
        return f"{self.scorecard}: {self.what} {self.before} → {self.after}"


def differences(before: ScorecardSet, after: ScorecardSet) -> list[Difference]:
    """Everything that differs, in the order of the sets; empty where they score alike."""
    old = {card.name: card for card in before.scorecards}
    new = {card.name: card for card in after.scorecards}
    found = [one for name in (old | new) for one in _of_scorecard(name, old.get(name), new.get(name))]
    common_before = [name for name in old if name in new]
    common_after = [name for name in new if name in old]
    if common_before != common_after:
        found.append(Difference("set", "order", ", ".join(common_before), ", ".join(common_after)))
    return found


def _of_scorecard(name: str, old: Scorecard | None, new: Scorecard | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(name, "the scorecard", _summary(old), _summary(new))
        return
    yield from _of_fields(name, _rules(old), _rules(new))
    parts_old = {part.key: part for part in old.components}
    parts_new = {part.key: part for part in new.components}
    for key in parts_old | parts_new:
        yield from _of_component(name, key, parts_old.get(key), parts_new.get(key))
    if [key for key in parts_old if key in parts_new] != [key for key in parts_new if key in parts_old]:
        yield Difference(name, "order of components", ", ".join(parts_old), ", ".join(parts_new))


def _of_component(name: str, key: str, old: Component | None, new: Component | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(name, f"component {key}", _part(old), _part(new))
        return
    yield from _of_fields(f"{name}, {key}", old.model_dump(), new.model_dump())


def _of_fields(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for field, value in old.items():
        if value != new[field]:
            yield Difference(where, field, _words(field, value), _words(field, new[field]))


def _rules(card: Scorecard) -> dict[str, Any]:
    """Everything but the components, one key deep."""
    plain = card.model_dump(exclude={"components", "trend", "risk", "name"})
    nested = {"trend": card.trend.model_dump(), "risk": card.risk.model_dump()}
    return plain | {
        f"{section}.{key}": value for section, rules in nested.items() for key, value in rules.items()
    }


def _summary(card: Scorecard | None) -> str | None:
    if card is None:
        return None
    weights = ", ".join(f"{part.key} {_words('weight', part.weight)}" for part in card.components)
    rule = None if card.applies_to is None else card.applies_to.model_dump()
    return f"{weights}; for {_words('applies_to', rule) if rule else 'all tenants'}"


def _part(part: Component | None) -> str | None:
    if part is None:
        return None
    value = part.measure if part.per is None else f"{part.measure} / {part.per}"
    return f"{_words('weight', part.weight)} for {value}"


def _words(field: str, value: Any) -> str:
    """A value as people write it."""
    if field == "applies_to":
        given = {key: words for key, words in (value or {}).items() if words not in (None, ())}
        return "; ".join(f"{key} {_words(key, words)}" for key, words in given.items()) or "all tenants"
    if value is None:
        return "nothing"
    if field == "weight":
        return f"{_number(value * 100)}%"
    if field == "curve":
        return ", ".join(f"({_number(x)}, {_number(y)})" for x, y in value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number(value) if isinstance(value, int | float) else str(value)


def _number(value: float) -> str:
    """Without the noise of binary floats, but with every digit that somebody wrote."""
    return f"{value:.10g}"
