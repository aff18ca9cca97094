"""Column types that mean the same on SQLite and on PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql

Floats = NDArray[np.float64]


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC: `timestamptz` on PostgreSQL, text that sorts on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        instant = value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Vector(sa.types.TypeDecorator[Floats]):
    """A packed list of float64, NaN where nothing is known: an array on PostgreSQL, bytes on SQLite."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(postgresql.DOUBLE_PRECISION()))
        return dialect.type_descriptor(sa.LargeBinary())

    def process_bind_param(self, value: Floats | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        return value.tolist() if dialect.name == "postgresql" else value.astype("<f8").tobytes()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Floats | None:
        if value is None:
            return None
        return np.array(value) if dialect.name == "postgresql" else np.frombuffer(value, dtype="<f8")


def pack(matrix: Floats, dialect: str) -> Sequence[bytes]:
    """Rows of a (tenants × figures) matrix as bulk writes send a `Vector`.

    SQLite stores the plain floats; PostgreSQL's COPY reads an array's binary form, with its header.
    """
    count, width = matrix.shape
    if dialect == "postgresql":
        rows = np.empty(count, dtype=_wire_array(width))
        rows["dimensions"], rows["nulls"], rows["kind"] = 1, 0, _FLOAT8
        rows["length"], rows["first"] = width, 1
        rows["items"]["size"], rows["items"]["value"] = 8, matrix
        data, step = rows.tobytes(), rows.dtype.itemsize
    else:
        data, step = np.ascontiguousarray(matrix, dtype="<f8").tobytes(), width * 8
    return [data[start : start + step] for start in range(0, len(data), step)]


def unpack(packed: Sequence[bytes], width: int, dialect: str) -> Floats:
    """The reverse of `pack`: a (rows × figures) matrix of vectors of one width."""
    data = b"".join(packed)
    if dialect == "postgresql":
        wire = np.frombuffer(data, dtype=_wire_array(width))
        values: Floats = wire["items"]["value"].astype(np.float64)
        return values
    return np.frombuffer(data, dtype="<f8").reshape(len(packed), width)


_FLOAT8 = 701  # PostgreSQL's object id of double precision


def _wire_array(width: int) -> np.dtype[np.void]:
    """PostgreSQL's binary form of a one-dimensional array: a header, then size and value of each item."""
    header = [(name, ">i4") for name in ("dimensions", "nulls", "kind", "length", "first")]
    return np.dtype([*header, ("items", [("size", ">i4"), ("value", ">f8")], (width,))])


def stack(vectors: Sequence[Floats], width: int) -> Floats:
    """A (rows × figures) matrix of vectors of one width."""
    return np.stack(vectors) if len(vectors) else np.empty((0, width))
