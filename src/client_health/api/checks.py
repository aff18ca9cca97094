"""Checks of parameters that the framework's own words do not explain well."""

import re

from pydantic import ValidationError, ValidatorFunctionWrapHandler

from client_health.errors import NotFoundError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def without_nul(text: str) -> str:
    """No id holds a NUL character, and PostgreSQL refuses to look for one."""
    if "\0" in text:
        raise NotFoundError("there is nothing whose id holds a NUL character")
    return text


def searchable(text: str | None) -> str | None:
    """The same for words that are searched for."""
    if text is not None and "\0" in text:
        raise ValueError("no text holds a NUL character")
    return text


def whole_days(value: object, check: ValidatorFunctionWrapHandler) -> int:
    """A number of days from 1 to 730, or the sentence that says so."""
    try:
        days: int = check(value)
    except ValidationError:
        raise ValueError("give a whole number of days from 1 to 730") from None
    return days


def plain_date(value: object) -> object:
    """A date as people write it; the framework would read "0" as the start of 1970, too."""
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("write a date as 2026-03-01")
    return value
