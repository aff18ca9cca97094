"""Queries as their authors write them, made ready for each driver."""

import pytest

from client_health.errors import SourceError, UnusableAnswerError
from client_health.sources.statement import TenantRange, at_most, render, require_select, scoped

VALUES = {"as_of": "A", "window_start": "W", "day_start": "D", "first_tenant": "F", "last_tenant": "L"}
STYLES = ["pyformat", "format", "named", "qmark", "numeric", "numeric_dollar"]
ACME_TO_BOLT = TenantRange("acme", "bolt")

UNTOUCHED = [
    "select ':as_of'",
    "select 'it''s :as_of'",
    "select E'a\\':as_of'",
    "select e'\\\\', 1",
    'select 1 as ":as_of"',
    'select 1 as "a"":as_of"',
    "select `:as_of`",
    "select 1 -- :as_of",
    "select 1 -- it's :as_of\n, 2",
    "select /* :as_of */ 1",
    "select /* it's\n:as_of */ 1",
    "select $$ :as_of $$",
    "select $body$ $$ :as_of $$ $body$",
    "select x::as_of",
    "select '2026-01-01'::date",
    "select a[1:2]",
    "select :as_of_day",
    "select :other",
    "select data->>'a:as_of'",
    "select ?",
]


@pytest.mark.parametrize(
    ("style", "statement", "parameters"),
    [
        ("pyformat", "select %(as_of)s, %(as_of)s, %(day_start)s", {"as_of": "A", "day_start": "D"}),
        ("named", "select :as_of, :as_of, :day_start", {"as_of": "A", "day_start": "D"}),
        ("format", "select %s, %s, %s", ("A", "A", "D")),
        ("qmark", "select ?, ?, ?", ("A", "A", "D")),
        ("numeric", "select :1, :2, :3", ("A", "A", "D")),
        ("numeric_dollar", "select $1, $2, $3", ("A", "A", "D")),
    ],
)
def test_binds_are_written_as_the_driver_wants_them(style: str, statement: str, parameters: object) -> None:
    assert render("select :as_of, :as_of, :day_start", VALUES, style) == (statement, parameters)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("sql", UNTOUCHED)
def test_what_is_no_bind_reaches_the_database_untouched(sql: str, style: str) -> None:
    statement, parameters = render(sql, VALUES, style)
    assert statement == sql
    assert not parameters


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("sql", ["select 5 % 2", "select '100%'", "select 1 -- 5%", "where a like '%x%'"])
def test_a_bare_percent_is_doubled_only_for_drivers_that_need_it(sql: str, style: str) -> None:
    expected = sql.replace("%", "%%") if style in {"format", "pyformat"} else sql
    assert render(sql, VALUES, style)[0] == expected


@pytest.mark.parametrize("before", ["'x'", "$$x$$", "-- x\n", "/* x */", "a::date"])
def test_a_bind_after_something_opaque_is_still_a_bind(before: str) -> None:
    assert render(f"select {before} , :as_of", VALUES, "qmark") == (f"select {before} , ?", ("A",))


@pytest.mark.parametrize("after", ["::timestamptz", ")", ",", " ", "\n", "-interval '1 day'", "||'%'"])
def test_a_bind_ends_where_its_name_ends(after: str) -> None:
    assert render(f"select :as_of{after}", VALUES, "qmark") == (f"select ?{after}", ("A",))


def test_a_query_without_a_range_is_asked_as_it_is_but_for_the_semicolon() -> None:
    assert scoped("  select 1 ;\n", None) == "select 1"


def test_a_query_without_placeholder_is_wrapped_in_its_range() -> None:
    assert scoped("select 1 as tenant_id;", ACME_TO_BOLT) == (
        "select * from (\nselect 1 as tenant_id\n) as usage_rows "
        "where tenant_id between :first_tenant and :last_tenant"
    )


def test_a_comment_at_the_end_does_not_swallow_the_range() -> None:
    assert "-- all of them\n) as usage_rows" in scoped("select 1 as tenant_id -- all of them", ACME_TO_BOLT)


def test_a_comment_after_the_semicolon_does_not_break_the_range() -> None:
    assert ";" not in scoped("select 1 as tenant_id; -- all of them", ACME_TO_BOLT)


def test_a_column_before_the_placeholder_is_what_is_filtered() -> None:
    sql = "select a as tenant_id, count(*) from users u where u.organization_id {tenants} group by 1"
    assert "u.organization_id between :first_tenant and :last_tenant group" in scoped(sql, ACME_TO_BOLT)
    assert "u.organization_id is not null group" in scoped(sql, None)


@pytest.mark.parametrize("before", ["where", "WHERE", "where x and", "where (", "where not", "join b on"])
def test_a_bare_placeholder_filters_the_column_that_is_the_tenant_id(before: str) -> None:
    sql = f"select u.organization_id as tenant_id, count(*) as n from users u {before} {{tenants}}"
    sql += ")" if before.endswith("(") else ""
    assert "(u.organization_id between :first_tenant and :last_tenant)" in scoped(sql, ACME_TO_BOLT)
    assert f"{before} 1 = 1" in scoped(sql, None)


def test_each_placeholder_is_filled() -> None:
    sql = "select a as tenant_id from t where a {tenants} union all select a from u where a {tenants}"
    assert scoped(sql, ACME_TO_BOLT).count(":first_tenant") == 2


@pytest.mark.parametrize("sql", ["select '{tenants}'", "select 1 -- {tenants}", "select $$ {tenants} $$"])
def test_a_placeholder_in_a_literal_or_comment_is_none(sql: str) -> None:
    assert scoped(sql, None) == sql


def test_a_bare_placeholder_needs_a_column_that_can_be_told() -> None:
    with pytest.raises(SourceError, match=r"write it as `column \{tenants\}`"):
        scoped("select * from users where {tenants}", ACME_TO_BOLT)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "SELECT 1",
        "  -- a comment\n\tselect 1",
        "/* a comment */ select 1",
        "/**/select 1",
        "((select 1) union select 2)",
        "with a as (select 1) select * from a",
        "values (1, 2)",
        "table users",
    ],
)
def test_a_query_is_sent(sql: str) -> None:
    require_select(sql)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("delete from users", "begins with delete; only a SELECT"),
        ("-- select\ncopy users to program 'x'", "begins with copy"),
        ("/* select */ SET role postgres", "begins with SET"),
        ("(insert into users values (1))", "begins with insert"),
        ("selects 1", "begins with selects"),
        ("; select 1", "holds no statement"),
        ("", "holds no statement"),
        ("-- select 1", "holds no statement"),
        ("x" * 1000, "begins with " + "x" * 40 + ";"),
    ],
)
def test_what_is_no_query_is_never_sent(sql: str, told: str) -> None:
    with pytest.raises(UnusableAnswerError, match=f"^{told}"):
        require_select(sql)


def test_only_postgresql_is_told_where_rows_end_because_its_driver_takes_them_all_at_once() -> None:
    sql = "select 1 as tenant_id -- all"
    assert at_most(sql, 5, "sqlite") == sql
    assert at_most(sql, 5, "postgresql") == f"select * from (\n{sql}\n) as answer_rows limit 5"
