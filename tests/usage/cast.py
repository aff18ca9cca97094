"""Answers and settings in one line each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from client_health.settings import Settings
from client_health.sources.rows import Rows
from client_health.usage.collect import Assignment

AS_OF = datetime(2026, 3, 2, tzinfo=UTC)
SCORE_DATE = date(2026, 3, 1)


def rows(columns: str, *values: Sequence[Any]) -> Rows:
    """An answer of these columns."""
    return Rows.of(tuple(columns.split()), values, 0.1)


def assignment(**other: Any) -> Assignment:
    """The nightly run of 1 March, unless told otherwise."""
    return Assignment(AS_OF, SCORE_DATE, **other)


def settings(**sections: Any) -> Settings:
    """Settings with one tenants query and one usage query, unless told otherwise."""
    plain = {
        "source": {"url": "sqlite://"},
        "tenants": {"sql": "tenants"},
        "usage": {"login": {"sql": "login"}},
    }
    return Settings.model_validate(plain | sections)
