"""What the user of a source could do beyond reading."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from client_health.sources.privileges import beyond_reading
from tests.sources.application import execute, session_on


@pytest.fixture
def role(own_postgres_app: str) -> Iterator[str]:
    """A new role that may only SELECT."""
    name = f"reader_{uuid4().hex[:12]}"
    execute(own_postgres_app, f"create role {name} login; grant select on organizations, users to {name}")
    yield name
    execute(own_postgres_app, f"drop owned by {name}; drop role {name}")


def told(url: str, role: str) -> list[str]:
    session = session_on(make_url(url).set(username=role).render_as_string(hide_password=False))
    try:
        return beyond_reading(session)
    finally:
        session.close()


def test_a_role_that_can_only_select_is_not_spoken_of(own_postgres_app: str, role: str) -> None:
    assert told(own_postgres_app, role) == []


def test_a_superuser_is_told_of(postgres_app: str) -> None:
    (sentence,) = told(postgres_app, "postgres")
    assert sentence.startswith("the user postgres is a superuser: its queries can read the server's files")
    assert "a role that can only SELECT" in sentence


@pytest.mark.parametrize("group", ["pg_read_server_files", "pg_execute_server_program"])
def test_a_role_that_reaches_the_server_is_told_of(own_postgres_app: str, role: str, group: str) -> None:
    execute(own_postgres_app, f"grant {group} to {role}")
    (sentence,) = told(own_postgres_app, role)
    assert sentence.startswith(f"the user {role} is a member of {group}; ")


@pytest.mark.parametrize("right", ["delete on users", "insert (name) on users", "truncate on users"])
def test_a_role_that_can_write_is_told_of(own_postgres_app: str, role: str, right: str) -> None:
    execute(own_postgres_app, "alter table users add column name text")
    execute(own_postgres_app, f"grant {right} to {role}")
    (sentence,) = told(own_postgres_app, role)
    assert sentence.startswith(f"the user {role} can write to 1 table, such as public.users; ")


def test_the_owner_of_the_tables_is_told_of(own_postgres_app: str, role: str) -> None:
    execute(own_postgres_app, f"alter table users owner to {role}; alter table organizations owner to {role}")
    (sentence,) = told(own_postgres_app, role)
    assert "can write to 2 tables, such as public.organizations" in sentence
    execute(own_postgres_app, "reassign owned by " + role + " to postgres")


def test_other_databases_tell_nothing(sqlite_app: str) -> None:
    assert beyond_reading(session_on(sqlite_app)) == []
