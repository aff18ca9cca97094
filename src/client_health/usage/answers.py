"""One usage query's answer as columns aligned with the tenants; each rejected value named."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client_health.errors import UnusableAnswerError
from client_health.sources.rows import Rows
from client_health.usage.problems import Problem, error, notice, shown

Floats = NDArray[np.float64]
_NUMBERS = {int, float, Decimal, bool}


def measure_names(rows: Rows) -> list[str]:
    """Names of the measures that an answer holds; raises UnusableAnswerError where it cannot be used."""
    names = [column for column in rows.columns if column != "tenant_id"]
    if len(names) == len(rows.columns):
        raise UnusableAnswerError(f"returns no column tenant_id; it returns {', '.join(rows.columns)}")
    if not names:
        raise UnusableAnswerError("returns nothing but tenant_id; at least one number is required")
    twice = {name for name in rows.columns if rows.columns.count(name) > 1}
    if twice:
        raise UnusableAnswerError(f"returns the column {', '.join(sorted(twice))} more than once")
    odd = [name for name in names if "," in name]
    if odd:  # a database names a column by its expression: round(tickets, 2)
        raise UnusableAnswerError(f"returns a column named {odd[0]!r}; give it a name without a comma, by AS")
    return names


def align(
    query: str, rows: Rows, positions: Mapping[str, int], absent: float, whole_fleet: bool = True
) -> tuple[dict[str, Floats], list[Problem]]:
    """One float64 column per measure over the tenants in `positions`.

    Tenants that the answer leaves out get `absent` (0 or NaN). A rejected value, and every value of a
    tenant with two rows, is NaN and an error of that tenant. Rows of other tenants are counted in a
    notice where the whole fleet was asked for.
    """
    names = measure_names(rows)
    columns = dict(zip(rows.columns, rows.values, strict=True))
    ids = [_text_id(key) for key in columns.get("tenant_id", ())]
    at = np.fromiter((positions.get(key, -1) for key in ids), dtype=np.int64, count=len(ids))
    known = at >= 0
    problems = _unknown(query, int((~known).sum())) if whole_fleet else []
    counts = np.bincount(at[known], minlength=len(positions)) if len(positions) else np.zeros(0, np.int64)
    twice = counts > 1
    problems += (
        [
            error(f"returned {counts[positions[key]]} rows; one is allowed", query, key)
            for key in dict.fromkeys(
                key for key, place in zip(ids, at, strict=True) if place >= 0 and twice[place]
            )
        ]
        if twice.any()
        else []
    )
    measures = {}
    for name in names:
        values = _numbers(query, name, columns.get(name, ()), ids, known, problems)
        column = np.full(len(positions), absent)
        column[at[known]] = values[known]
        column[twice] = np.nan
        measures[name] = column
    return measures, problems


def _numbers(
    query: str,
    name: str,
    values: Sequence[Any],
    ids: Sequence[str],
    known: NDArray[np.bool_],
    problems: list[Problem],
) -> Floats:
    """The values of a column as float64; NaN and an error for each that is not a number from 0."""
    if set(map(type, values)) <= _NUMBERS:
        try:
            column = np.array(values, dtype=np.float64)
        except (OverflowError, ValueError):
            column = None
        if column is not None and bool(((column >= 0) & (column < np.inf)).all()):
            return column
    column = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        fault = _fault(value)
        if fault is None:
            column[place] = float(value)
        elif known[place]:
            problems.append(error(fault, query, ids[place], name))
    return column


def _fault(value: Any) -> str | None:
    """What is wrong with a value; None where it is a finite number from 0."""
    if value is None:
        return "NULL; a number from 0 is required"
    if not isinstance(value, int | float | Decimal):
        return f"{shown(value)} is not a number"
    try:
        number = float(value)
    except OverflowError:
        return "larger than a number can be"
    except ValueError:  # a signalling NaN
        return "NaN; a number from 0 is required"
    if math.isnan(number):
        return "NaN; a number from 0 is required"
    if math.isinf(number):
        return "infinite; a number from 0 is required"
    return f"{number:g} is negative; a number from 0 is required" if number < 0 else None


def _text_id(key: Any) -> str:
    """A tenant id as text; no tenant has an empty one, so a missing id is nobody's."""
    return key if isinstance(key, str) else "" if key is None else str(key)


def _unknown(query: str, count: int) -> list[Problem]:
    if not count:
        return []
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    return [notice(f"{rows} of tenants that the tenants query does not return (inactive ones, say)", query)]
