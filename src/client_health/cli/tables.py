"""Writing rows as CSV, JSON lines or Parquet."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, Literal

from client_health.errors import UsageError
from client_health.spreadsheet import Row, csv_lines, plain

Format = Literal["csv", "jsonl", "parquet"]


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
    stream.writelines(csv_lines(columns, rows))


def _write_jsonl(columns: Sequence[str], rows: Iterable[Row], stream: IO[str]) -> None:
    for row in rows:
        stream.write(json.dumps({name: plain(row.get(name)) for name in columns}, ensure_ascii=False) + "\n")


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
