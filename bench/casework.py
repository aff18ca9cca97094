"""A casework database of millions of rows, made by PostgreSQL itself within a minute or two."""

from datetime import date
from pathlib import Path

import psycopg

from tests.databases import SCHEMAS, TABLES

START, DAYS = date(2025, 2, 1), 450  # rows lie between START and DAYS later; nights are scored inside of it
FIRST_NIGHT = date(2026, 2, 1)


def build(url: str, tenants: int, rows: int) -> int:
    """Fill an empty database with `rows` rows of `tenants` tenants; returns how many there are."""
    tables, indexes = _schema()
    filling = (Path(__file__).parent / "casework.sql").read_text("utf-8")
    for name, value in {"tenants": tenants, "rows": rows, "start": START, "days": DAYS}.items():
        filling = filling.replace(f"{{{name}}}", str(value))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute(tables.encode())
        connection.execute(filling.encode())
        connection.execute(indexes.encode())
        connection.execute("vacuum analyze")
        return sum(_count(connection, table) for table in TABLES)


def _schema() -> tuple[str, str]:
    """The application's tables, without a write-ahead log, and the indexes that are made afterwards."""
    schema = (SCHEMAS / "schema.postgresql.sql").read_text("utf-8")
    tables, _, indexes = schema.partition("create index")
    return tables.replace("create table", "create unlogged table"), f"create index{indexes}"


def _count(connection: psycopg.Connection[tuple[int]], table: str) -> int:
    row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return row[0]
