"""One usage query's answer, aligned with the tenants."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from client_health.errors import SourceError
from client_health.sources.rows import Rows
from client_health.usage.answers import align, measure_names
from client_health.usage.problems import Problem
from tests.usage.cast import rows

TENANTS = {"acme": 0, "bolt": 1, "cask": 2}


def aligned(*values: tuple[Any, Any], absent: float = 0.0, **other: Any) -> tuple[list[float], list[Problem]]:
    measures, problems = align("usage.login", rows("tenant_id logins", *values), TENANTS, absent, **other)
    return measures["logins"].tolist(), problems


def only(problems: list[Problem]) -> Problem:
    (problem,) = problems
    return problem


def test_a_column_named_by_its_expression_needs_a_name() -> None:
    with pytest.raises(SourceError, match=r"'round\(tickets, 2\)'; give it a name without a comma"):
        measure_names(Rows.of(("tenant_id", "round(tickets, 2)"), [], 0.1))


def test_each_figure_goes_to_its_tenant() -> None:
    assert aligned(("cask", 3), ("acme", 1), ("bolt", 2)) == ([1, 2, 3], [])


def test_a_tenant_that_the_answer_leaves_out_has_zero() -> None:
    assert aligned(("bolt", 2)) == ([0, 2, 0], [])


def test_or_nothing_known_if_the_query_says_so() -> None:
    values, problems = aligned(("bolt", 2), absent=np.nan)
    assert np.isnan(values).tolist() == [True, False, True]
    assert problems == []


def test_an_empty_answer_is_zero_for_everybody() -> None:
    assert aligned() == ([0, 0, 0], [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0.0),
        (-0.0, 0.0),
        (True, 1.0),
        (False, 0.0),
        (Decimal("12.50"), 12.5),
        (Decimal("1E+3"), 1000.0),
        (2**64 - 1, float(2**64)),
        (10**300, 1e300),
        (1.5, 1.5),
    ],
)
def test_numbers_of_any_kind_become_floats(value: Any, expected: float) -> None:
    assert aligned(("acme", value)) == ([expected, 0, 0], [])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "NULL; a number from 0 is required"),
        (float("nan"), "NaN; a number from 0 is required"),
        (Decimal("NaN"), "NaN; a number from 0 is required"),
        (float("inf"), "infinite; a number from 0 is required"),
        (Decimal("-Infinity"), "infinite; a number from 0 is required"),
        (-1, "-1 is negative; a number from 0 is required"),
        (Decimal("-0.5"), "-0.5 is negative; a number from 0 is required"),
        (10**400, "larger than a number can be"),
        ("12", "'12' is not a number"),
        ("", "'' is not a number"),
        (b"\x01", "b'\\x01' is not a number"),
        (Decimal("sNaN"), "NaN; a number from 0 is required"),
        (Decimal("1e400"), "infinite; a number from 0 is required"),
        ("\x1b[31m", "'\\x1b[31m' is not a number"),
        ("\u202e1", "'\\u202e1' is not a number"),
        ({"a": 1}, "{'a': 1} is not a number"),
        (date(2026, 3, 1), "datetime.date(2026, 3, 1) is not a number"),
        ([1], "[1] is not a number"),
    ],
)
def test_a_bad_value_costs_its_tenant_that_measure_and_nobody_else(value: Any, told: str) -> None:
    values, problems = aligned(("acme", 1), ("bolt", value), ("cask", 3))
    assert values[0] == 1
    assert np.isnan(values[1])
    assert values[2] == 3
    problem = only(problems)
    assert (problem.severity, problem.query, problem.tenant_id, problem.column) == (
        "error",
        "usage.login",
        "bolt",
        "logins",
    )
    assert problem.message == told


def test_a_long_text_is_cut_in_the_message() -> None:
    assert len(only(aligned(("acme", "x" * 1_000_000))[1]).message) < 100


def test_a_bad_value_of_one_measure_leaves_the_others() -> None:
    answer = rows("tenant_id logins users", ("acme", None, 5))
    measures, problems = align("usage.login", answer, TENANTS, 0.0)
    assert np.isnan(measures["logins"][0])
    assert measures["users"][0] == 5
    assert only(problems).column == "logins"


def test_a_tenant_with_two_rows_is_missing_and_named() -> None:
    values, problems = aligned(("acme", 1), ("bolt", 2), ("acme", 1))
    assert np.isnan(values[0])
    assert values[1:] == [2, 0]
    assert (only(problems).tenant_id, only(problems).message) == ("acme", "returned 2 rows; one is allowed")


def test_rows_of_other_tenants_are_one_notice() -> None:
    values, problems = aligned(("acme", 1), ("gone", 2), ("left", None), ("gone", 5))
    assert values == [1, 0, 0]
    assert only(problems).severity == "notice"
    assert only(problems).message.startswith("3 rows are of tenants that the tenants query does not return")


def test_a_single_row_of_another_tenant_is_told_in_the_singular() -> None:
    assert only(aligned(("gone", 1))[1]).message.startswith("1 row is of tenants")


def test_nobody_is_told_of_other_tenants_where_only_some_were_asked_for() -> None:
    assert aligned(("gone", 1), whole_fleet=False)[1] == []


def test_ids_are_compared_as_text() -> None:
    measures, problems = align("usage.login", rows("tenant_id logins", (7, 1)), {"7": 0}, 0.0)
    assert (measures["logins"].tolist(), problems) == ([1], [])


def test_a_row_without_an_id_belongs_to_nobody() -> None:
    measures, problems = align("usage.login", rows("tenant_id logins", (None, 1)), {"None": 0}, 0.0)
    assert measures["logins"].tolist() == [0]
    assert only(problems).severity == "notice"


def test_ids_are_not_trimmed_or_folded() -> None:
    assert aligned(("ACME", 1), (" acme", 1))[0] == [0, 0, 0]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("id logins", "returns no column tenant_id; it returns id, logins"),
        ("tenant_id", "returns nothing but tenant_id; at least one number is required"),
        ("tenant_id logins logins", "returns the column logins more than once"),
        ("tenant_id tenant_id logins", "returns the column tenant_id more than once"),
    ],
)
def test_an_answer_of_the_wrong_shape_cannot_be_used(columns: str, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        measure_names(rows(columns))


def test_without_tenants_there_is_nothing_to_align() -> None:
    measures, _ = align("usage.login", rows("tenant_id logins", ("acme", 1)), {}, 0.0)
    assert measures["logins"].tolist() == []
