"""Reading the editor's form. It holds the whole draft, so that the server keeps none."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from client_health.dashboard.editor.fields import CardFields, DraftFields
from client_health.errors import UsageError
from client_health.replay.preview import DEFAULT_DAYS, MOST_DAYS

ACTIONS = re.compile(
    r"validate|preview|publish|rebase|normalise|add|add_card|remove_card|earlier|(?:remove|card)\.[0-9]{1,4}"
)
MOST_NOTE = 500
_PART = re.compile(r"part\.([0-9]{1,4})\.([a-z_]{1,20})")
_OTHERS = TypeAdapter(tuple[CardFields, ...])
_CHANGED = "this form was changed on its way, or is too long; load the editor again"


@dataclass(frozen=True)
class Posted:
    """What a button sent."""

    draft: DraftFields
    action: str
    days: int
    note: str


def read_posted(form: FormData) -> Posted:
    """The draft in a form and what is to be done with it; raises UsageError where no page of ours sent it."""
    given = {name: _plain(value) for name, value in form.multi_items() if isinstance(value, str)}
    action = given.get("action") or "validate"
    if not ACTIONS.fullmatch(action):
        raise UsageError(f"there is no action {action[:40]!r}")
    try:
        others = _OTHERS.validate_json(given.get("others", "[]"))
        place = _whole(given, "place", len(others))
        cards = (*others[:place], _card(given), *others[place:])
        draft = DraftFields(cards=cards, place=place, expected=_whole(given, "expected", 999_999_999))
    except (ValidationError, ValueError):
        raise UsageError(_CHANGED) from None
    return Posted(draft, action, _days(given), given.get("note", "").strip()[:MOST_NOTE])


def others_text(draft: DraftFields) -> str:
    """The scorecards that are not being edited, for a hidden field."""
    others = draft.cards[: draft.place] + draft.cards[draft.place + 1 :]
    return json.dumps([card.model_dump() for card in others], ensure_ascii=False, separators=(",", ":"))


def _card(given: dict[str, str]) -> CardFields:
    parts: dict[int, dict[str, str]] = {}
    for name, value in given.items():
        match = _PART.fullmatch(name)
        if match:
            parts.setdefault(int(match[1]), {})[match[2]] = value
    plain: dict[str, Any] = {name: given[name] for name in CardFields.model_fields if name in given}
    return CardFields.model_validate(plain | {"parts": tuple(_in_order(parts.items()))})


def _in_order(parts: Iterable[tuple[int, dict[str, str]]]) -> list[Any]:
    return [fields for _, fields in sorted(parts, key=lambda one: one[0])]


def _plain(text: str) -> str:
    """Text without control characters, which no field needs and PostgreSQL refuses; line ends as one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs"))


def _whole(given: dict[str, str], name: str, most: int) -> int:
    text = given.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
        raise ValueError(name)
    return int(text)


def _days(given: dict[str, str]) -> int:
    """How many days to replay; a figure out of range becomes the nearest in it."""
    text = given.get("days", "")
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else DEFAULT_DAYS
    return min(max(days, 1), MOST_DAYS)
