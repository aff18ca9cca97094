"""Opaque marks of where the next page of a list begins: the sort, its last value, and the last id."""

import base64
import binascii
import json
from datetime import date
from typing import Any

from client_health.errors import UsageError


def encode(sort: str, value: Any, tenant_id: str) -> str:
    """The cursor behind a row."""
    plain = value if isinstance(value, str) else str(value) if isinstance(value, date) else float(value)
    return base64.urlsafe_b64encode(json.dumps([sort, plain, tenant_id]).encode()).decode().rstrip("=")


def decode(cursor: str, sort: str, kind: type) -> tuple[Any, str]:
    """Value (of this kind: float, str or date) and id; raises UsageError where it is not one of this sort."""
    try:
        stored, value, tenant_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        told_as = float if kind is float else str
        if stored == sort and isinstance(value, told_as) and isinstance(tenant_id, str):
            str(value).encode() + tenant_id.encode()  # lone surrogates cannot be bound
            if "\0" not in f"{value}{tenant_id}":
                return date.fromisoformat(str(value)) if kind is date else value, tenant_id
    except (ValueError, TypeError, binascii.Error):
        pass
    raise UsageError("cursor: not one that an earlier page with the same sort returned")
