"""A scorecard as the TOML text of a scorecard file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from client_health.scorecard.model import Scorecard

_DIGITS = 1e15  # from here on a whole number is written with an exponent


def toml_text(card: Scorecard) -> str:
    """The whole scorecard, defaults included; reading it gives an equal scorecard."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Scorecard) -> Iterator[str]:
    plain = card.model_dump(exclude={"components", "trend", "risk", "applies_to"})
    yield from _pairs(plain)
    if card.applies_to is not None:
        given = {key: value for key, value in card.applies_to.model_dump().items() if value != ()}
        yield from ("", "[applies_to]", *_pairs(given))
    for component in card.components:
        yield from ("", "[[components]]", *_pairs(component.model_dump()))
    yield from ("", "[trend]", *_pairs(card.trend.model_dump()))
    yield from ("", "[risk]", *_pairs(card.risk.model_dump()))


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    """Keys that have a value; TOML knows no null, and left out means the same."""
    for key, value in values.items():
        if value is not None:
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < _DIGITS
        return str(int(value)) if whole else repr(float(value))
    return f"[{', '.join(_value(one) for one in value)}]"
