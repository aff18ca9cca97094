"""What went wrong, or is worth knowing, in the words that a run keeps and shows."""

from dataclasses import dataclass
from typing import Any, Literal

from client_health.visible import without_passwords

LONGEST = 1000  # characters of a value that are looked at
Severity = Literal["error", "notice"]


@dataclass(frozen=True)
class Problem:
    """An error of a query or of a tenant, or a notice that costs nothing."""

    severity: Severity
    message: str
    query: str | None = None
    tenant_id: str | None = None
    column: str | None = None

    def __str__(self) -> str:
        where = [
            f"{label} {value}"
            for label, value in (("", self.query), ("tenant", self.tenant_id), ("column", self.column))
            if value is not None
        ]
        return f"{', '.join(where).strip()}: {self.message}" if where else self.message


def shown(value: Any, most: int = 60) -> str:
    """A value as a message may hold it: the beginning, in Python's notation, which escapes what is unseen."""
    try:
        text = repr(value[:LONGEST] if isinstance(value, str | bytes) else value)
        return without_passwords(text)[:most]
    except RecursionError:
        return f"a nested {type(value).__name__}"


def error(
    message: str, query: str | None = None, tenant: str | None = None, column: str | None = None
) -> Problem:
    """A problem that costs a tenant or a query its figures."""
    return Problem("error", message, query, tenant, column)


def notice(
    message: str, query: str | None = None, tenant: str | None = None, column: str | None = None
) -> Problem:
    """Something worth knowing that costs nothing."""
    return Problem("notice", message, query, tenant, column)
