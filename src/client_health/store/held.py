"""What a suspicious run read from its sources, kept aside until somebody accepts it."""

import io
import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.store.schema import held_collections as table
from client_health.store.schema import runs
from client_health.usage.features import FeatureUse
from client_health.usage.metrics import Collection, QueryReport, UsageMetrics
from client_health.usage.problems import Problem
from client_health.usage.tenants import Tenant

KEPT = timedelta(days=30)
_INSTANTS = ("since", "first_used_at", "last_used_at")


def write(connection: sa.Connection, run_id: str, collection: Collection, at: datetime) -> None:
    """Keep a collection."""
    connection.execute(sa.insert(table).values(run_id=run_id, content=_pack(collection), held_at=at))


def read(connection: sa.Connection, run_id: str) -> Collection:
    """What a run kept; raises NotFoundError."""
    content = connection.scalar(sa.select(table.c.content).where(table.c.run_id == run_id))
    if content is None:
        raise NotFoundError(f"the figures of the run {run_id} are no longer kept; run again")
    return _unpack(content)


def held_at(connection: sa.Connection, run_id: str | None) -> datetime | None:
    """When a run kept what it had read; None where it keeps nothing."""
    instant: datetime | None = connection.scalar(sa.select(table.c.held_at).where(table.c.run_id == run_id))
    return instant


def forget_superseded(connection: sa.Connection, day: date, at: datetime) -> None:
    """Drop what runs of a date kept that is published now, and what nobody wanted for KEPT."""
    of_day = sa.select(runs.c.id).where(runs.c.score_date == day)
    old = table.c.held_at < at - KEPT
    connection.execute(sa.delete(table).where(sa.or_(table.c.run_id.in_(of_day), old)))


def _pack(collection: Collection) -> bytes:
    """Figures as compressed arrays, the rest as JSON beside them."""
    metrics = collection.metrics
    rest = {
        "tenants": [asdict(tenant) | {"key": None} for tenant in metrics.tenants],
        "reports": [asdict(report) for report in collection.reports],
        "problems": [asdict(problem) for problem in collection.problems],
        "features": None if collection.features is None else [asdict(use) for use in collection.features],
        "values": list(metrics.values),
        "stale_days": list(metrics.stale_days),
    }
    arrays = {f"values_{place}": column for place, column in enumerate(metrics.values.values())}
    arrays |= {f"stale_{place}": column for place, column in enumerate(metrics.stale_days.values())}
    described = np.frombuffer(json.dumps(rest, default=_text).encode(), dtype=np.uint8)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, described=described, **arrays)
    return packed.getvalue()


def _unpack(content: bytes) -> Collection:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        rest = json.loads(arrays["described"].tobytes())
        values = {name: arrays[f"values_{place}"] for place, name in enumerate(rest["values"])}
        stale = {name: arrays[f"stale_{place}"] for place, name in enumerate(rest["stale_days"])}
    tenants = [Tenant(**_typed(one)) for one in rest["tenants"]]
    reports = [QueryReport(**{**one, "measures": tuple(one["measures"])}) for one in rest["reports"]]
    features = None if rest["features"] is None else [FeatureUse(**_typed(one)) for one in rest["features"]]
    problems = [Problem(**one) for one in rest["problems"]]
    return Collection(UsageMetrics(tenants, values, stale), reports, problems, features)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not kept")


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Dates and instants back from their text."""
    typed = dict(row)
    for name in _INSTANTS:
        if typed.get(name) is not None:
            typed[name] = datetime.fromisoformat(typed[name])
    if typed.get("renewal_date") is not None:
        typed["renewal_date"] = date.fromisoformat(typed["renewal_date"])
    return typed
