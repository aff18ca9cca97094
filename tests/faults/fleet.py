"""The application of these tests: some hundred tenants whose figures drift by little from day to day."""

import contextlib
import random
import sqlite3
from datetime import UTC, date, datetime, timedelta

import psycopg

TENANTS = 400
DAYS = 28
FIRST = datetime.now(UTC).date() - timedelta(days=DAYS - 2)  # so that last night lies in it
TABLES = """
create table orgs (id text, name text, industry text);
create table daily (day date, org text, active_users double precision, total_users double precision);
create table tickets (day date, org text, tickets double precision);
"""


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def fill(url: str, first: date = FIRST) -> str:
    """Create the application's tables in an empty database, `DAYS` days from `first` on; its address."""
    orgs, logins, tickets = _rows(first)
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.executescript(TABLES)
            connection.executemany("insert into orgs values (?, ?, ?)", orgs)
            connection.executemany("insert into daily values (?, ?, ?, ?)", logins)
            connection.executemany("insert into tickets values (?, ?, ?)", tickets)
        return url
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES.encode())
        for table, rows in (("orgs", orgs), ("daily", logins), ("tickets", tickets)):
            with cursor.copy(f"copy {table} from stdin".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
    return url


def _rows(first: date) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Tenants whose figures drift by little from day to day, the same in every test."""
    chance = random.Random(5)
    orgs, logins, tickets = [], [], []
    for number in range(TENANTS):
        name = f"t{number:03}"
        orgs.append((name, f"Tenant {number}", ("Bank", "Retail", "Care")[number % 3]))
        active, opened = chance.randint(2, 9), chance.randint(0, 8)
        for count in range(DAYS):
            then = (first + timedelta(days=count)).isoformat()
            logins.append((then, name, active, 10))
            tickets.append((then, name, opened))
            active = min(10, max(1, active + chance.choice((-1, 0, 0, 1))))
            opened = min(10, max(0, opened + chance.choice((-1, 0, 1))))
    return orgs, logins, tickets
