"""Rows as CSV that spreadsheets open: what stands in a cell is shown, never run."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from client_health.instants import iso

Row = Mapping[str, Any]
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Passed:
    """A file that hands back each line that is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """The header and one line per row, as they are asked for."""
    writer = csv.writer(_Passed(), lineterminator="\n")
    yield writer.writerow([cell(name) for name in columns])
    for row in rows:
        yield writer.writerow([cell(row.get(name)) for name in columns])


def cell(value: Any) -> Any:
    """A value as a cell of a CSV file."""
    if isinstance(value, str):
        shielded = f"'{value}" if value.startswith(_FORMULA) else value
        return shielded.replace("\r", " ")  # the writer would not quote it, and readers end the row there
    told = plain(value)
    return json.dumps(told) if isinstance(told, dict | list) else told


def plain(value: Any) -> Any:
    """Dates and instants as text; whole floats as whole numbers."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
