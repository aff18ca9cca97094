"""The latest score of each tenant: one row each, what lists and the portfolio read."""

import sqlalchemy as sa

from client_health.store.scores import COLUMNS, QUIET, ScoreRows
from client_health.store.usage import IN_LIST

# The current score never goes back to an earlier date, nor to an earlier calculation of the same date.
NOT_EARLIER = """(excluded.day > score_current.day
    or (excluded.day = score_current.day and excluded.as_of >= score_current.as_of))"""


def follow(connection: sa.Connection, rows: ScoreRows) -> None:
    """Make the stored scores of these tenants on that day the current ones, unless a later one stands."""
    own = [name for name in COLUMNS if name not in {"tenant", *QUIET}]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in (*own, *QUIET))
    differs = " or ".join(f"excluded.{name} is distinct from score_current.{name}" for name in own)
    few = len(rows.tenants) <= IN_LIST
    statement = f"""
        insert into score_current ({", ".join(COLUMNS)}, last_known_risk, last_known_day)
        select {", ".join(COLUMNS)}, nullif(risk_level, 'UNKNOWN'),
               case when risk_level <> 'UNKNOWN' then day end
        from health_scores
        where day = :day and scorecard = :scorecard {"and tenant in :tenants" if few else ""}
        on conflict (tenant) do update set {replaced},
            last_known_risk = coalesce(excluded.last_known_risk, score_current.last_known_risk),
            last_known_day = coalesce(excluded.last_known_day, score_current.last_known_day)
        where {NOT_EARLIER} and ({differs})
    """  # noqa: S608 - names of our own columns
    values: dict[str, object] = {"day": rows.day, "scorecard": rows.scorecard}
    query = sa.text(statement).bindparams(sa.bindparam("day", type_=sa.Date))
    if few:
        query = query.bindparams(sa.bindparam("tenants", expanding=True))
        values["tenants"] = rows.tenants.tolist()
    connection.execute(query, values)
