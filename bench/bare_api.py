"""The same answers by hand: bare Starlette, plain SQL, dictionaries, the standard library's JSON. No keys."""

import json
import pickle
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from client_health.store import cursors

THREADS = 40  # as many as Starlette has; each finds a connection waiting
STATES = {"v": "measured", "e": "empty", "x": "left_out_empty", "q": "left_out_silent", "-": "missing"}
COMPONENTS = [
    ("login", "Login activity", 0.20),
    ("case_resolution", "Case resolution", 0.25),
    ("campaign_completion", "Campaign completion", 0.25),
    ("feature_adoption", "Feature adoption", 0.15),
    ("support_tickets", "Support tickets", 0.15),
]
JOINED = """from tenants t left join score_current s on s.tenant = t.id
left join alert_levels a on a.tenant = t.id left join owner_assignments o on o.tenant = t.id"""
FIGURES = """day, s.component_scores, s.component_states, s.overall, s.previous_score, s.baseline_score,
s.baseline_day, s.trend, s.risk_level, s.risk_reason, s.confidence, s.as_of, s.calculated_at"""
TENANT = f"""select t.id, t.tenant_id, t.name, t.is_active, coalesce(a.level, 'DASHBOARD_ONLY') as level,
s.scorecard, s.{FIGURES} {JOINED} where t.tenant_id = %s"""
CARDS = "select id, name, version from scorecards"
DAYS = "select distinct day from score_days where day between %s::date - %s and %s order by day"
HISTORY = f"""select s.scorecard, s.{FIGURES} from health_scores s
where s.tenant = %s and s.day = any(%s) and (s.scorecard = %s or s.is_reported) order by day"""
PAGE = f"""select t.*, coalesce(o.owner, t.owner) as owned_by, s.day, s.overall, s.baseline_score,
s.overall - s.baseline_score as change, s.trend, s.risk_level, s.risk_reason, s.confidence, s.last_known_risk,
s.last_known_day, s.component_states, coalesce(a.level, 'DASHBOARD_ONLY') as level,
coalesce(s.overall, 1e15) as sort_key
{JOINED} where t.is_active order by sort_key, t.tenant_id limit 51"""
COUNTS = f"""select coalesce(s.risk_level, 'UNKNOWN'), coalesce(s.trend, 'UNKNOWN'), count(*)
{JOINED} where t.is_active group by 1, 2"""


def application(url: str, pages: dict[str, tuple[list[tuple[str, Any]], bytes]]) -> Starlette:
    """Score, history and portfolio; and pages, each as its statements and what to answer then."""
    engine = sa.create_engine(url, pool_size=THREADS, connect_args={"options": "-c timezone=UTC"})

    with engine.connect() as connection:
        cards = {
            row.id: {"name": row.name, "version": row.version} for row in connection.exec_driver_sql(CARDS)
        }

    def score(request: Request) -> Response:
        with engine.connect() as connection:
            row = connection.exec_driver_sql(TENANT, (request.path_params["tenant"],)).one()
        told = {"organizationId": row.tenant_id, "name": row.name, "isActive": row.is_active}
        return _json(_score(row, cards) | told | {"alertLevel": row.level})

    def history(request: Request) -> Response:
        days = int(request.query_params["days"])
        with engine.connect() as connection:
            tenant = connection.exec_driver_sql(TENANT, (request.path_params["tenant"],)).one()
            found = connection.exec_driver_sql(DAYS, (tenant.day, days - 1, tenant.day)).scalars().all()
            rows = connection.exec_driver_sql(HISTORY, (tenant.id, found, tenant.scorecard)).all()
        told = {"organizationId": tenant.tenant_id, "name": tenant.name, "days": days, "view": "comparable"}
        return _json(told | {"versionChanges": [], "scores": [_score(row, cards) for row in rows]})

    def portfolio(request: Request) -> Response:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(PAGE).all()
            counted = connection.exec_driver_sql(COUNTS).all()
        levels, trends = Counter[str](), Counter[str]()
        for level, trend, count in counted:
            levels[level] += count
            trends[trend] += count
        last = rows[49] if len(rows) > 50 else None
        cursor = None if last is None else cursors.encode("score", last.sort_key, last.tenant_id)
        counts = {"total": sum(levels.values()), "riskLevels": levels, "trends": trends}
        return _json({"tenants": [_tenant(row) for row in rows[:50]], "nextCursor": cursor, **counts})

    def page(request: Request) -> Response:
        statements, answer = pages[request.url.path]
        with engine.connect() as connection:
            for statement, values in statements:
                connection.exec_driver_sql(statement, values).all()
        return Response(answer, media_type="text/html")

    prefix = "/api/v1/internal/client-health"
    routes = [Route(f"{prefix}/{{tenant}}/score", score), Route(f"{prefix}/{{tenant}}/history", history)]
    return Starlette(routes=[*routes, Route(f"{prefix}/", portfolio), *(Route(path, page) for path in pages)])


def _score(row: Any, cards: dict[int, dict[str, Any]]) -> dict[str, Any]:
    in_force = sum(
        weight for (*_, weight), score in zip(COMPONENTS, row.component_scores, strict=True) if score == score
    )
    return {
        "scoreDate": row.day,
        "overallScore": row.overall,
        "previousScore": row.previous_score,
        "baselineScore": row.baseline_score,
        "baselineDate": row.baseline_day,
        "trend": row.trend,
        "riskLevel": row.risk_level,
        "riskReason": row.risk_reason,
        "confidence": row.confidence,
        **_not_fresh(row.component_states),
        "scorecard": cards[row.scorecard],
        "asOf": _instant(row.as_of),
        "calculatedAt": _instant(row.calculated_at),
        "components": [
            {
                "key": key,
                "name": name,
                "weight": weight,
                "score": int(score) if score == score else None,
                "contribution": round(weight * score / in_force, 6) if score == score else None,
                "state": STATES[letter.lower()],
                "freshness": "missing" if letter == "-" else "stale" if letter.isupper() else "fresh",
            }
            for (key, name, weight), score, letter in zip(
                COMPONENTS, row.component_scores, row.component_states, strict=True
            )
        ],
    }


def _not_fresh(letters: str) -> dict[str, list[str]]:
    keys = [key for key, *_ in COMPONENTS]
    stale = [key for key, letter in zip(keys, letters, strict=True) if letter.isupper()]
    return {"stale": stale, "missing": [key for key, x in zip(keys, letters, strict=True) if x == "-"]}


def _tenant(row: Any) -> dict[str, Any]:
    return {
        "organizationId": row.tenant_id,
        "name": row.name,
        "slug": row.slug,
        "segment": row.segment,
        "industry": row.industry,
        "employeeCount": row.employee_count,
        "owner": row.owned_by,
        "arr": row.arr,
        "renewalDate": row.renewal_date,
        "scoreDate": row.day,
        "overallScore": row.overall,
        "baselineScore": row.baseline_score,
        "change": row.change,
        "trend": row.trend,
        "riskLevel": row.risk_level,
        "riskReason": row.risk_reason,
        "confidence": row.confidence,
        **_not_fresh(row.component_states),
        "lastKnownRiskLevel": row.last_known_risk,
        "lastKnownRiskDate": row.last_known_day,
        "alertLevel": row.level,
    }


def _instant(value: Any) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")  # type: ignore[no-any-return]


def _json(answer: object) -> Response:
    return Response(json.dumps(answer, default=str), media_type="application/json")


if __name__ == "__main__":
    address, port, recorded = sys.argv[1:]
    app = application(address, pickle.loads(Path(recorded).read_bytes()))
    uvicorn.run(app, port=int(port), log_config=None, server_header=False)
