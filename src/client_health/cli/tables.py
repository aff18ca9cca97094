"""Writing rows as CSV, JSON lines or Parquet."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Literal

from client_health.errors import UsageError
from client_health.instants import iso

Format = Literal["csv", "jsonl", "parquet"]
Row = Mapping[str, Any]
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_rows(columns: Sequence[str], rows: Iterable[Row], form: Format, file: Path | None) -> None:
    """Write rows to a file, or to standard output where it is None."""
    try:
        if form == "parquet":
            _write_parquet(columns, rows, file)
            return
        opened = file.open("w", encoding="utf-8", newline="") if file else nullcontext(sys.stdout)
        with opened as stream:
            (_write_csv if form == "csv" else _write_jsonl)(columns, rows, stream)
    except OSError as error:
        raise UsageError(
            f"--output: {file or 'standard output'} cannot be written: {error.strerror}"
        ) from None


def _write_csv(columns: Sequence[str], rows: Iterable[Row], stream: IO[str]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        shielded = f"'{value}" if value.startswith(_FORMULA) else value
        return shielded.replace("\r", " ")  # the writer would not quote it, and readers end the row there
    plain = _plain(value)
    return json.dumps(plain) if isinstance(plain, dict | list) else plain


def _write_jsonl(columns: Sequence[str], rows: Iterable[Row], stream: IO[str]) -> None:
    for row in rows:
        stream.write(json.dumps({name: _plain(row.get(name)) for name in columns}, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    """Dates and instants as text; whole floats as whole numbers."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _write_parquet(columns: Sequence[str], rows: Iterable[Row], file: Path | None) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError(
            "--format parquet: install the extra, pip install 'client-health[parquet]'"
        ) from None
    if file is None:
        raise UsageError("--format parquet: name a file with --output")
    found = list(rows)
    flat = {name: [_flat(row.get(name)) for row in found] for name in columns}
    parquet.write_table(pyarrow.table(flat), file)


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
