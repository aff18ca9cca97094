"""The preview of a draft, against reading the same vectors and scoring them in bare NumPy."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection

from bench.history import IN_FORCE, Floats, History, histories
from bench.measuring import Result, at_most, in_turns, seconds
from bench.scoring import bare_scores
from client_health.replay.preview import preview
from client_health.replay.results import Preview
from client_health.scorecard.sets import ScorecardSet
from client_health.store import usage
from client_health.store.types import unpack

GOAL, GOAL_SECONDS = 5.0, 5.0
DAYS = 90


def benchmark(count: int, days: int) -> Iterator[Result]:
    """On both kinds of store."""
    warm_up = IN_FORCE.scorecards[0].trend.lookback_days
    with histories(count, days + warm_up) as built:
        for history in built:
            try:
                yield from _compare(history, days)
            finally:
                history.store.close()


def _compare(history: History, days: int) -> Iterator[Result]:
    told: list[Preview] = []

    def ours() -> None:
        with history.store.read() as connection:
            told[:] = [preview(connection, IN_FORCE, _draft(), days)]

    def reference() -> None:
        with history.store.read() as connection:
            for day in history.days:
                values = _read(connection, day)
                for _ in range(2):  # under what is in force, and under the draft
                    bare_scores(values, history.nights[-1].ages, history.nights[-1].before)

    ours(), reference()
    assert (told[0].days, told[0].tenants) == (days, len(history.tenants)), told[0]
    mine, theirs = in_turns(ours, reference)
    name = f"preview, {history.store.dialect}"
    size = f"{len(history.tenants):,} tenants × {days} days"
    met = mine.wall <= GOAL_SECONDS
    yield Result(name, size, seconds(mine.wall), "", mine.wall, f"≤ {GOAL_SECONDS:g} s", met)
    yield at_most(f"{name}, ratio", size, mine.wall, theirs.wall, GOAL)


def _draft() -> ScorecardSet:
    """Logins weigh more, cases less; somebody moves, and somebody is close to a cliff."""
    login, cases, *others = IN_FORCE.scorecards[0].components
    changed = (login.model_copy(update={"weight": 0.30}), cases.model_copy(update={"weight": 0.15}))
    return ScorecardSet((IN_FORCE.scorecards[0].model_copy(update={"components": (*changed, *others)}),))


def _read(connection: Connection, day: date) -> dict[str, Floats]:
    """A date's measures as a script would read them, that knows of one measure set and no stand-ins."""
    (names,) = usage.measure_names(connection).values()
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        query = "select array_send(measures) from usage_metrics where day = %s order by tenant"
        with driver.cursor(binary=True) as cursor:
            packed = [row[0] for row in cursor.execute(query, (day,))]
    else:
        query = "select measures from usage_metrics where day = ? order by tenant"
        packed = [row[0] for row in driver.execute(query, (day.isoformat(),))]
    matrix = unpack(packed, len(names), connection.dialect.name)
    return dict(zip(names, np.ascontiguousarray(matrix.T), strict=True))
