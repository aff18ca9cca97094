"""The role of docs/sources.md that can only SELECT, made as the page says."""

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.databases import PostgresServer
from tests.docs.pages import DOCS, block_named

PAGE = DOCS / "sources.md"
ROLE = "client_health"


def make_role(url: str) -> None:
    """Run the page's statements in the database of an address."""
    statements = block_named(PAGE, "sql", "-- a role that can only select")
    database = make_url(url).database or ""
    with psycopg.connect(url) as connection:
        connection.execute(statements.replace("on database app ", f"on database {database} ").encode())


def as_role(url: str) -> str:
    """The address with the role as its user."""
    return make_url(url).set(username=ROLE).render_as_string(hide_password=False)


def drop_role(server: PostgresServer) -> None:
    """Forget the role; its databases must be gone."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(ROLE)))
