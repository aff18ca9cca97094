"""What can be said of a query without asking the database."""

import pytest

from client_health.presets import load_preset
from client_health.sources.lint import columns_compared, lint

GOOD = "select organization_id as tenant_id, count(*) as n from users where seen >= :as_of group by 1"


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql", "duckdb"])
def test_a_select_of_tenant_ids_is_fine(backend: str) -> None:
    assert lint(GOOD, backend) == []
    assert lint(f"with a as ({GOOD}) select * from a;", backend) == []


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_the_queries_of_the_preset_are_fine(dialect: str) -> None:
    preset = load_preset("casework", dialect)  # type: ignore[arg-type]
    queries = [preset.tenants_sql, preset.features_sql, *(query.sql for query in preset.usage.values())]
    assert [lint(sql, dialect) for sql in queries] == [[]] * len(queries)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from users returning organization_id as tenant_id",
        "insert into users (id) values (1) returning id as tenant_id",
        "update users set id = 1 returning id as tenant_id",
        "with w as (delete from users returning id as tenant_id) select tenant_id, 1 as n from w",
        "create table t as select 1 as tenant_id",
        "drop table users",
        "select 1 as tenant_id into t",
    ],
)
def test_whatever_writes_is_told(sql: str) -> None:
    assert "writes; only a SELECT is allowed" in lint(sql, "postgresql")


def test_more_than_one_statement_is_told() -> None:
    assert lint("select 1 as tenant_id; select 2", "sqlite") == ["holds 2 statements; one SELECT is allowed"]
    assert lint("", "sqlite") == ["holds 0 statements; one SELECT is allowed"]


def test_a_missing_tenant_id_is_told_with_what_there_is() -> None:
    assert lint("select id, count(*) as n from users", "sqlite") == [
        "returns no column tenant_id; it returns id, n"
    ]


def test_what_cannot_be_parsed_is_left_to_the_database() -> None:
    assert lint("select ((( from", "postgresql") == []


def test_columns_that_are_compared_with_an_instant_are_told() -> None:
    assert columns_compared(GOOD, "sqlite") == [("users", "seen")]
    assert columns_compared("select 1 as tenant_id", "sqlite") == []
