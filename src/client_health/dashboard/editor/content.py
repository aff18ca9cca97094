"""From the fields of a scorecard to what a scorecard file would hold, with what cannot be read by field."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from client_health.dashboard.editor import numbers
from client_health.dashboard.editor.fields import CardFields, PartFields
from client_health.dashboard.editor.numbers import Unreadable
from client_health.scorecard.model import WEIGHT_TOLERANCE

Faults = dict[str, str]  # by the name of the field
Read = TypeVar("Read")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TREND = ("lookback_days", "improving_above", "declining_below")
_RISK = ("high_below", "high_below_when_declining", "low_from", "grace_days")
_EMPTY = "a score from 0 to 100, or exclude"
_PLAIN = "write up to 63 lower-case letters, digits and _, a letter first"


class CardReader:
    """Reads one scorecard field by field. What is left empty is left out, so that its default holds."""

    def __init__(self, card: CardFields) -> None:
        self._card = card
        self.faults: Faults = {}

    def content(self) -> dict[str, Any]:
        """The scorecard as in a scorecard file; a field with a fault holds nothing there."""
        card = self._card
        parts = [self._part(number, part) for number, part in enumerate(card.parts)]
        self._weigh([part["weight"] for part in parts])
        return {
            "name": self._read("name", card.name, _scorecard_name),
            "applies_to": self._applies_to(),
            "alive_measure": self._read("alive_measure", card.alive_measure, _optional_measure),
            **self._given("max_age_days"),
            **_unless_none(
                "min_confidence", self._read("min_confidence", card.min_confidence, numbers.share)
            ),
            "components": parts,
            "trend": {key: value for name in _TREND for key, value in self._given(name).items()},
            "risk": {key: value for name in _RISK for key, value in self._given(name).items()}
            | {"high_when_not_alive": bool(card.high_when_not_alive)},
        }

    def _applies_to(self) -> dict[str, Any]:
        card = self._card
        words = {"segment": _lines(card.segment), "industry": _lines(card.industry)}
        return {**words, **self._given("employees_from"), **self._given("employees_to")}

    def _part(self, place: int, part: PartFields) -> dict[str, Any]:
        at = f"part.{place}."
        return {
            "key": self._read(at + "key", part.key, _key),
            "name": self._read(at + "name", part.name, _part_name),
            "weight": self._read(at + "weight", part.weight, _weight),
            "measure": self._read(at + "measure", part.measure, _measure),
            "per": self._read(at + "per", part.per, _per),
            "curve": self._read(at + "curve", part.curve, numbers.curve) or [],
            "when_empty": self._read(at + "when_empty", part.when_empty, _when_empty),
        }

    def _weigh(self, weights: list[float | None]) -> None:
        """Say what the sum is in percent, as it is typed here, before the model says it as a share."""
        known = [weight for weight in weights if weight is not None]
        total = sum(known)
        if len(known) == len(weights) and abs(total - 1) > WEIGHT_TOLERANCE:
            self.faults["parts"] = f"the weights sum to {total * 100:.6g}%; they must sum to 100%"

    def _given(self, name: str) -> dict[str, Any]:
        return _unless_none(name, self._read(name, getattr(self._card, name), numbers.number))

    def _read(self, field: str, text: str, read: Callable[[str], Read]) -> Read | None:
        try:
            return read(text)
        except Unreadable as fault:
            self.faults[field] = str(fault)
            return None


def _unless_none(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _scorecard_name(text: str) -> str:
    if not _NAME.fullmatch(text.strip()):
        raise Unreadable("write up to 63 lower-case letters, digits, - and _, a letter or digit first")
    return text.strip()


def _part_name(text: str) -> str:
    if not text.strip():
        raise Unreadable("write the name that people read")
    return text.strip()


def _key(text: str) -> str:
    if not _KEY.fullmatch(text.strip()):
        raise Unreadable(_PLAIN)
    return text.strip()


def _measure(text: str) -> str:
    if not _KEY.fullmatch(text.strip()):
        raise Unreadable("write the name of a measure, such as active_users")
    return text.strip()


def _optional_measure(text: str) -> str | None:
    return _measure(text) if text.strip() else None


def _weight(text: str) -> float:
    weight = numbers.share(text)
    if not weight:
        raise Unreadable("write a weight above 0 and up to 100%")
    return weight


def _per(text: str) -> str | float | None:
    """A measure or a number."""
    if _KEY.fullmatch(text.strip()):
        return text.strip()
    wanted = f"a measure or a number above 0; for a measure {_PLAIN}"
    divisor = _number_or(text, wanted)
    if divisor is not None and divisor <= 0:
        raise Unreadable(wanted)
    return divisor


def _when_empty(text: str) -> str | float | None:
    if text.strip() == "exclude":
        return "exclude"
    score = _number_or(text, _EMPTY)
    if score is not None and not 0 <= score <= 100:
        raise Unreadable(_EMPTY)
    return score


def _number_or(text: str, wanted: str) -> float | None:
    try:
        return numbers.number(text)
    except Unreadable:
        raise Unreadable(wanted) from None
