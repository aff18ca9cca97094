"""The active tenants and their attributes, read as text and parsed here."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from client_health.errors import SourceError
from client_health.sources.rows import Rows
from client_health.usage.employees import parse_employees
from client_health.usage.problems import Problem, error, notice, shown
from client_health.visible import is_seen

QUERY = "tenants"
MAX_TEXT = 500
MAX_ID = 500


@dataclass(frozen=True, slots=True)  # a run holds all of them; slots take a quarter of the memory off
class Tenant:
    """One client organization as the tenants query describes it. `key` is the id in its native type."""

    key: Any
    tenant_id: str
    name: str
    slug: str | None = None
    since: datetime | None = None
    segment: str | None = None
    industry: str | None = None
    employee_count: int | None = None
    owner: str | None = None
    arr: float | None = None
    renewal_date: date | None = None


ATTRIBUTES = tuple(field.name for field in fields(Tenant) if field.name not in {"key", "tenant_id"})


def read_tenants(rows: Rows) -> tuple[list[Tenant], list[Problem]]:
    """Tenants in the order of the answer; bad ids are errors, bad attributes blank with a notice."""
    if "tenant_id" not in rows.columns:
        raise SourceError(f"returns no column tenant_id; it returns {', '.join(rows.columns)}")
    key = rows.columns.index("tenant_id")
    known = [(name, rows.columns.index(name)) for name in ATTRIBUTES if name in rows.columns]
    found: list[Tenant] = []
    seen: set[str] = set()
    problems = [
        notice(
            f"the column is not a tenant attribute and is ignored; known: {', '.join(ATTRIBUTES)}",
            QUERY,
            None,
            c,
        )
        for c in rows.columns
        if c not in {"tenant_id", *ATTRIBUTES}
    ]
    for row in rows:
        tenant_id = "" if row[key] is None else str(row[key])
        if not tenant_id:
            problems.append(error("a row without a tenant_id is left out", QUERY))
        elif len(tenant_id) > MAX_ID or not is_seen(tenant_id):
            fault = (
                f"is longer than {MAX_ID} characters"
                if len(tenant_id) > MAX_ID
                else "holds a control character"
            )
            problems.append(error(f"the id {shown(tenant_id)} {fault}; the row is left out", QUERY))
        elif tenant_id in seen:
            problems.append(error("returned more than once; the first row counts", QUERY, tenant_id))
        else:
            attributes = _parse_attributes(tenant_id, [(name, row[at]) for name, at in known], problems)
            attributes["name"] = attributes.get("name") or tenant_id
            found.append(Tenant(row[key], tenant_id, **attributes))
            seen.add(tenant_id)
    return found, problems


def _parse_attributes(
    tenant_id: str, values: Sequence[tuple[str, Any]], problems: list[Problem]
) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in values:
        if value is None or value == "":
            continue
        try:
            parsed[name] = (_PARSERS.get(name) or _text)(value)
        except (ValueError, OverflowError, TypeError, RecursionError):
            fault = f"{shown(value)} is not {_EXPECTED.get(name, 'a text')}; left blank"
            problems.append(notice(fault, QUERY, tenant_id, name))
        else:
            if name not in _EXPECTED and isinstance(value, str) and len(value) > MAX_TEXT:
                problems.append(notice(f"cut after {MAX_TEXT} characters", QUERY, tenant_id, name))
    return parsed


def _text(value: Any) -> str | None:
    if isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable():
        joined = " ".join(value.split())
        return (value if joined == value else joined) or None  # one text, not two
    text = "".join(character if character.isprintable() else " " for character in str(value)[: MAX_TEXT * 2])
    return " ".join(text.split())[:MAX_TEXT] or None


def parse_instant(value: Any) -> datetime:
    """An instant, a date (its start) or the text of one, in UTC unless it names its zone."""
    if type(value) is datetime:
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        if not value.utcoffset():
            return value  # the driver's own, not another one for each tenant
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _amount(value: Any) -> float:
    number = float(str(value).strip())
    if isinstance(value, bool) or not 0 <= number < 1e15:
        raise ValueError
    return number


def _date(value: Any) -> date:
    return (
        value if isinstance(value, date) and not isinstance(value, datetime) else parse_instant(value).date()
    )


def _shared_text(value: Any) -> str | None:
    """A text that many tenants have: kept once for all of them."""
    text = _text(value)
    return None if text is None else sys.intern(text)


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "since": parse_instant,
    "employee_count": parse_employees,
    "arr": _amount,
    "renewal_date": _date,
    "segment": _shared_text,
    "industry": _shared_text,
    "owner": _shared_text,
}
_EXPECTED = {
    "since": "a date or an instant",
    "employee_count": "a whole number from 0, nor a range within one size band",
    "arr": "an amount from 0",
    "renewal_date": "a date",
}
