"""An application whose rows were written by somebody who means harm, on SQLite and on PostgreSQL."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from client_health.store.runs import Run
from tests.cast import MONDAY, Service, make_service
from tests.databases import insert
from tests.sources.application import execute

SCHEMA = """
create table orgs (id text, name text, slug text, segment text, industry text, owner text, employees text);
create table logins (org text, active_users numeric, total_users numeric);
create table tickets (org text, tickets text);
create table adoptions (org text, feature text, at text);
"""
TEXTS = {
    "script": "<script>alert(1)</script>",
    "picture": '"><img src=x onerror=alert(1)>',
    "template": "{{ 7 * 7 }}${7 * 7}{% raw %}",
    "formula": '=HYPERLINK("http://evil.example","open")',
    "plus": "+49 30 1234",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "wide": "＝1+1",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "lines": "two\nlines\r\n=1+1",
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "c1": "\x9b2J",
    "backspace": "abc\x08\x08\x08xyz",
    "turned": "\u202egnp.exe",
    "isolated": "\u2067abc",
    "hebrew": "שלום 123 (עולם)",
    "markup": "[bold red]x[/] [link=http://evil.example]y[/link]",
    "megabyte": "x" * 1_000_000,
    "quotes": "a\"b'c`d;e,f\\",
    "emoji": "👩‍👩‍👧 🏳️‍🌈",
    "null": "None",
    "empty": "   ",
}
ODD_IDS = [
    "<script>alert(2)</script>",
    "=1+1",
    "../../etc/passwd",
    "a/b?c#d&e",
    "100%",
    "'; drop table orgs; --",
]
REFUSED_IDS = ["\x1b[31mred", "two\nlines", "a\u202eb", "x" * 501]
# Figures that cannot be: of the logins as numbers, of the tickets, which are all kept as text, as text.
FIGURES: dict[str, tuple[Any, Any]] = {
    "script": ("NaN", "NaN"),
    "picture": ("Infinity", "inf"),
    "formula": (-1, "=1+1"),
    "plus": ("1e400", "1e400"),
    "at": (None, None),
    "colour": (10, "\x1b[31m1"),
    "turned": (10, "\u202e1"),
    "megabyte": (10, "9" * 1_000_000),
    "tab": (10, "true"),
    "lines": (10, "1\n2"),
}
CONFIG = """
[store]
url = "{store_url}"
[source]
url = "{source_url}"
pause_ms = 0
[runs]
attempts = 1
[tenants]
sql = "select id as tenant_id, name, slug, segment, industry, owner, employees as employee_count from orgs"
[usage.login]
sql = "select org as tenant_id, active_users, total_users from logins"
[usage.tickets]
sql = "select org as tenant_id, tickets as support_tickets from tickets"
{more}
[features]
sql = '''select org as tenant_id, feature as feature_key, at as first_used_at, at as last_used_at
from adoptions'''
[scorecard]
file = "scorecard.toml"
"""
# Kinds of values that no number is, one query each: a driver may fail over one, and then that query fails.
ODD_KINDS = {
    "sqlite": ["x'00ff'", "'text'", "cast(x'ff00fe' as text)", "9e999", "-9e999", "json('[1]')"],
    "postgresql": [
        r"'\x00ff'::bytea",
        "'text'::text",
        "'{\"a\": 1}'::jsonb",
        "array[1, 2]",
        "date '2026-03-01'",
        "timestamptz 'infinity'",
        "interval '1000000 years'",
        "time '24:00:00'",
        "'NaN'::float8",
        "'-Infinity'::float8",
        "1e400::numeric",
        "row(1, 2)",
        "'[1,2)'::int4range",
        "point(1, 2)",
        "('[' || repeat('[', 5000) || repeat(']', 5000) || ']')::json",
    ],
}


def hostile_service(folder: Path, store_url: str, source_url: str) -> Service:
    """A service over the application, which is made."""
    execute(source_url, SCHEMA)
    people = ["anna", "ben", *TEXTS, *ODD_IDS, *REFUSED_IDS]
    texts = ("name", "slug", "segment", "industry", "owner", "employees")
    insert(source_url, "orgs", [{"id": one} | dict.fromkeys(texts, TEXTS.get(one, one)) for one in people])
    insert(source_url, "orgs", [{"id": "ben"} | dict.fromkeys(texts, "twice")])
    figures = {one: FIGURES.get(one, (8, "1")) for one in people}
    insert(
        source_url,
        "logins",
        [{"org": one, "active_users": bad, "total_users": 10} for one, (bad, _) in figures.items()],
    )
    insert(source_url, "logins", [{"org": "nobody", "active_users": 1, "total_users": 1}] * 2)
    insert(source_url, "tickets", [{"org": one, "tickets": bad} for one, (_, bad) in figures.items()])
    insert(
        source_url, "adoptions", [{"org": one, "feature": text, "at": text} for one, text in TEXTS.items()]
    )
    dialect = source_url.split(":")[0]
    queries = {
        f"odd_{place}": f"select 'anna' as tenant_id, {value} as odd_{place}"
        for place, value in enumerate(ODD_KINDS[dialect])
    }
    more = "".join(f"[usage.{name}]\nsql = {json.dumps(sql)}\n" for name, sql in queries.items())
    config = CONFIG.replace("{source_url}", source_url).replace("{more}", more)
    return make_service(folder, store_url, config)


def night(service: Service) -> Run:
    """Two nights, so that there is a before; the second one."""
    service.nights(MONDAY, 1)
    return service.night(MONDAY.replace(day=MONDAY.day + 1))


def unseen(text: str) -> Iterable[str]:
    """Characters of a text that would move a cursor or turn a line."""
    return [mark for mark in text if not (mark.isprintable() or mark in "\n\t\u00a0\u2009\u202f")]
