"""Scores of a past date as columns: what trends, replays and the look for suspicious jumps compare with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.scorecard.components import ComponentScores, State
from client_health.scorecard.trend import Baseline
from client_health.store.raw_rows import Rows, chunks
from client_health.store.types import Floats, unpack

Keys = NDArray[np.int64]
_FEW = 10  # of a range of keys a tenth at most is asked for by name; of more, the whole range is read


@dataclass(frozen=True)
class PastDay:
    """Scores of a date under one scorecard; `tenants` holds surrogate keys in ascending order."""

    day: date
    tenants: Keys
    components: ComponentScores
    overall: Floats


def read(connection: sa.Connection, day: date, scorecard: int, components: int) -> PastDay:
    """The scores of a date under a version."""
    return _joined(day, list(_parts(connection, day, scorecard, components, None)), components)


def _parts(
    connection: sa.Connection, day: date, scorecard: int, components: int, tenants: Keys | None
) -> Iterator[PastDay]:
    """At least those of these tenants (None: of all)."""
    among, values = ("true", ()) if tenants is None else narrowed(tenants)
    statement = f"""
        select tenant, overall, vector(component_scores), component_states from health_scores
        where day = ? and scorecard = ? and {among} order by tenant
    """  # noqa: S608 - one of the conditions of `narrowed`
    for rows in chunks(connection, statement, day, scorecard, *values):
        yield _part(rows, day, components, connection.dialect.name)


def read_aligned(
    connection: sa.Connection, day: date, scorecard: int, components: int, tenants: Keys
) -> Baseline:
    """The scores of a date in the order of these tenants, each of whom is there once; NaN and MISSING for
    those that have none. Read in parts: a large fleet's scores are held once."""
    parts = ComponentScores(
        np.full((components, len(tenants)), np.nan),
        np.full((components, len(tenants)), State.MISSING, dtype=np.uint8),
    )
    overall, order = np.full(len(tenants), np.nan), np.argsort(tenants)
    ascending = tenants[order]
    for part in _parts(connection, day, scorecard, components, tenants):
        places = np.minimum(np.searchsorted(ascending, part.tenants), len(tenants) - 1)
        known = ascending[places] == part.tenants
        at = order[places[known]]
        overall[at] = part.overall[known]
        parts.scores[:, at] = part.components.scores[:, known]
        parts.states[:, at] = part.components.states[:, known]
    return Baseline(parts, overall)


def read_overall(
    connection: sa.Connection, day: date, scorecard: int, tenants: Keys
) -> Iterator[tuple[Keys, Floats]]:
    """Keys and overall scores of a date, where there are any, at least of these tenants, in parts."""
    among, values = narrowed(tenants)
    statement = f"""
        select tenant, overall from health_scores
        where day = ? and scorecard = ? and overall is not null and {among}
    """  # noqa: S608 - one of the conditions of `narrowed`
    for rows in chunks(connection, statement, day, scorecard, *values):
        keys, overall = zip(*rows, strict=True)
        yield np.array(keys, np.int64), np.array(overall, np.float64)


def narrowed(tenants: Keys) -> tuple[str, tuple[object, ...]]:
    """A condition that holds for these tenants, and for others if they lie among them; and its values."""
    if not len(tenants):
        return "false", ()
    first, last = int(tenants.min()), int(tenants.max())
    if len(tenants) * _FEW <= last - first + 1:
        return "tenant in tenants(?)", (tenants.tolist(),)
    return "tenant between ? and ?", (first, last)


def _part(rows: Rows, day: date, width: int, dialect: str) -> PastDay:
    keys, overall, packed, letters = zip(*rows, strict=True)
    parts = ComponentScores(
        np.ascontiguousarray(unpack(packed, width, dialect).T),
        ComponentScores.states_from_letters(list(letters), width),
    )
    return PastDay(day, np.array(keys, np.int64), parts, np.array(overall, np.float64))


def _joined(day: date, parts: Sequence[PastDay], width: int) -> PastDay:
    nobody = ComponentScores(np.empty((width, 0)), np.empty((width, 0), dtype=np.uint8))
    every = [PastDay(day, np.empty(0, np.int64), nobody, np.empty(0)), *parts]
    return PastDay(
        day,
        np.concatenate([part.tenants for part in every]),
        ComponentScores(
            np.concatenate([part.components.scores for part in every], axis=1),
            np.concatenate([part.components.states for part in every], axis=1),
        ),
        np.concatenate([part.overall for part in every]),
    )
