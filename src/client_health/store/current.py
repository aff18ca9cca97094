"""The latest score of each tenant: one row each, what lists and the portfolio read."""

import json
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from client_health.store.schema import score_current
from client_health.store.scores import COLUMNS, QUIET, ScoreRows

# The current score never goes back to an earlier date, nor to an earlier calculation of the same date.
NOT_EARLIER = """(excluded.day > score_current.day
    or (excluded.day = score_current.day and excluded.as_of >= score_current.as_of))"""


OWN = [name for name in COLUMNS if name not in {"tenant", *QUIET}]


def follow(connection: sa.Connection, rows: ScoreRows, refresh: bool = False) -> None:
    """Make the stored scores of these tenants on that day the current ones, unless a later one stands.

    `refresh`: only where the current score is of the same scorecard already.
    """
    same = "and score_current.scorecard = excluded.scorecard" if refresh else ""
    source = "health_scores as h where h.day = :day and h.scorecard = :scorecard and h.tenant"
    _upsert(
        connection,
        source,
        f"{NOT_EARLIER} {same}",
        rows.tenants.tolist(),
        day=rows.day,
        scorecard=rows.scorecard,
    )


def switch(connection: sa.Connection, scorecard: int, tenants: Sequence[int]) -> None:
    """Let the current scores of these tenants, whatever their dates, be told under another scorecard.

    Date by date: joined by their dates, the history would be read as a whole.
    """
    source = """health_scores as h join score_current as c on c.tenant = h.tenant and c.day = h.day
        where h.day = :day and h.scorecard = :scorecard and c.tenant"""
    wanted, by_day = set(tenants), defaultdict(list)
    for tenant, day in connection.execute(sa.select(score_current.c.tenant, score_current.c.day)):
        if tenant in wanted:
            by_day[day].append(tenant)
    for day, some in by_day.items():
        _upsert(connection, source, "true", some, day=day, scorecard=scorecard)
    _tell_last_known(connection, scorecard)


def _tell_last_known(connection: sa.Connection, scorecard: int) -> None:
    """Where the present level is UNKNOWN, the last known one is of the same scorecard, too.

    Asked date by date as the table is clustered: a tenant's last known level is rarely far away.
    """
    statement = """
        update score_current set (last_known_risk, last_known_day) = (
            select h.risk_level, h.day from score_days d
            join health_scores h on h.day = d.day and h.tenant = score_current.tenant
                and h.scorecard = d.scorecard
            where d.scorecard = score_current.scorecard and d.day <= score_current.day
                and h.risk_level <> 'UNKNOWN'
            order by d.day desc limit 1)
        where scorecard = :scorecard and risk_level = 'UNKNOWN'
    """
    connection.execute(sa.text(statement), {"scorecard": scorecard})


def _upsert(
    connection: sa.Connection, source: str, condition: str, tenants: Sequence[int], **values: object
) -> None:
    """Copy rows of `source` (which ends in the column to compare with the tenants) to the current scores."""
    replaced = ", ".join(f"{name} = excluded.{name}" for name in (*OWN, *QUIET))
    differs = " or ".join(f"excluded.{name} is distinct from score_current.{name}" for name in OWN)
    # The tenants are one value, not one bind each: there may be a million of them.
    postgresql = connection.dialect.name == "postgresql"
    among = "= any(:tenants)" if postgresql else "in (select value from json_each(:tenants))"
    statement = f"""
        insert into score_current ({", ".join(COLUMNS)}, last_known_risk, last_known_day)
        select {", ".join(f"h.{name}" for name in COLUMNS)}, nullif(h.risk_level, 'UNKNOWN'),
               case when h.risk_level <> 'UNKNOWN' then h.day end
        from {source} {among}
        on conflict (tenant) do update set {replaced},
            last_known_risk = coalesce(excluded.last_known_risk, score_current.last_known_risk),
            last_known_day = coalesce(excluded.last_known_day, score_current.last_known_day)
        where {condition} and ({differs})
    """  # noqa: S608 - names of our own columns
    query = sa.text(statement).bindparams(sa.bindparam("day", type_=sa.Date))
    listed = list(tenants) if postgresql else json.dumps(list(tenants))
    connection.execute(query, {**values, "tenants": listed})
