"""What a query returned, by column: a tuple for each row costs more than what is in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Self

TAKEN_IN = 5_000  # rows at once
FEW = 10_000  # different texts in a column; what many rows say is kept once


@dataclass(frozen=True)
class Rows:
    """Lower-case column names, and the values of each column."""

    columns: tuple[str, ...]
    values: list[list[Any]]
    seconds: float

    @classmethod
    def of(cls, columns: tuple[str, ...], rows: Iterable[Sequence[Any]], seconds: float) -> Self:
        """From rows."""
        return cls(columns, by_column(rows) or [[] for _ in columns], seconds)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of several answers to one query."""
        if len(parts) == 1:
            return parts[0]
        values = [
            list(chain.from_iterable(same)) for same in zip(*(one.values for one in parts), strict=True)
        ]
        return cls(parts[0].columns, values, sum(one.seconds for one in parts))

    def __len__(self) -> int:
        return len(self.values[0]) if self.values else 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Row by row."""
        return zip(*self.values, strict=True)


def by_column(rows: Iterable[Sequence[Any]], most: int | None = None) -> list[list[Any]]:
    """The first `most` rows as columns; no column where there is no row."""
    remaining, values = islice(rows, most), list[list[Any]]()
    known: list[dict[str, str]] = []
    while piece := list(islice(remaining, TAKEN_IN)):
        values, known = values or [[] for _ in piece[0]], known or [{} for _ in piece[0]]
        for column, texts, part in zip(values, known, zip(*piece, strict=True), strict=True):
            column.extend(_shared(part, texts) if len(texts) <= FEW else part)
    return values


def _shared(part: Sequence[Any], texts: dict[str, str]) -> Iterator[Any]:
    return (texts.setdefault(value, value) if type(value) is str else value for value in part)
