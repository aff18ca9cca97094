"""A night in which many usage queries ask for what none may have, beside an honest one."""

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from client_health.store.runs import Run
from tests.cast import MONDAY, Service, make_service

CONFIG = """
[store]
url = "{store_url}"
[source]
url = "{source_url}"
pause_ms = 0
statement_timeout = "500ms"
max_rows = 1000
[runs]
attempts = 1
[tenants]
sql = "select id as tenant_id, name from organizations"
[usage.honest]
sql = "select organization_id as tenant_id, count(*) as users from users group by organization_id"
[scorecard]
file = "scorecard.toml"
"""
SCORECARD = """
[[components]]
key = "users"
name = "Users"
weight = 1
measure = "users"
curve = [[0, 0], [10, 100]]
"""


def night(folder: Path, source_url: str, queries: Mapping[str, str]) -> tuple[Service, Run]:
    """One night with these usage queries and the honest one, which is asked last."""
    hostile = "".join(f"[usage.{name}]\nsql = {json.dumps(text)}\n" for name, text in queries.items())
    config = CONFIG.replace("{source_url}", source_url).replace("[usage.honest]", f"{hostile}[usage.honest]")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}", config, SCORECARD)
    return service, service.night(MONDAY)


def failures(run: Run) -> dict[str, str]:
    """What each query that failed said, by its name."""
    return {one["name"].removeprefix("usage."): one["failure"] for one in run.reports if one["failure"]}


def dump(url: str) -> Any:
    """Everything that an application's database holds, and what it is made of."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(make_url(url).database or "")) as connection:
            return list(connection.iterdump())
    with psycopg.connect(url) as connection:
        made_of = connection.execute(
            "select oid::text, relname from pg_class where relkind in ('r', 'S', 'v') union all "
            "select oid::text, 'large object' from pg_largeobject_metadata union all "
            "select oid::text, rolname from pg_roles union all "
            "select setdatabase::text, setconfig::text from pg_db_role_setting order by 1, 2"
        ).fetchall()
        names = connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        held = {
            name: sorted(map(repr, connection.execute(sql.SQL("table {}").format(sql.Identifier(name)))))
            for (name,) in names.fetchall()
        }
    return made_of, held
