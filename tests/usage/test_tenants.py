"""The active tenants and what is known of them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from client_health.errors import SourceError
from client_health.usage.metrics import UsageMetrics
from client_health.usage.problems import Problem
from client_health.usage.tenants import Tenant, read_tenants
from tests.usage.cast import rows

LAUNCH = datetime(2024, 5, 1, tzinfo=UTC)
UUID_ID = UUID("e4e5e7b0-0000-4000-8000-000000000001")
EMPLOYEES = "a whole number from 0, nor a range within one size band"


def attribute(name: str, value: Any) -> tuple[Any, list[Problem]]:
    (tenant,), problems = read_tenants(rows(f"tenant_id {name}", ("acme", value)))
    return getattr(tenant, name), problems


@pytest.mark.parametrize(("key", "text"), [("acme", "acme"), (7, "7"), (UUID_ID, str(UUID_ID))])
def test_an_id_is_kept_as_text_and_in_its_own_type(key: Any, text: str) -> None:
    (tenant,), _ = read_tenants(rows("tenant_id", (key,)))
    assert (tenant.tenant_id, tenant.key) == (text, key)


def test_a_tenant_without_a_name_is_called_by_its_id() -> None:
    (tenant,), problems = read_tenants(rows("tenant_id name", ("acme", None)))
    assert (tenant, problems) == (Tenant("acme", "acme", "acme"), [])


@pytest.mark.parametrize("key", [None, ""])
def test_a_row_without_an_id_is_left_out(key: Any) -> None:
    tenants, (problem,) = read_tenants(rows("tenant_id", (key,), ("bolt",)))
    assert [tenant.tenant_id for tenant in tenants] == ["bolt"]
    assert (problem.severity, problem.message) == ("error", "a row without a tenant_id is left out")


def test_of_two_rows_with_one_id_the_first_counts() -> None:
    tenants, (problem,) = read_tenants(rows("tenant_id name", (7, "First"), ("7", "Second")))
    assert [tenant.name for tenant in tenants] == ["First"]
    assert (problem.severity, problem.tenant_id) == ("error", "7")


def test_without_the_column_tenant_id_there_are_no_tenants() -> None:
    with pytest.raises(SourceError, match="returns no column tenant_id; it returns id, name"):
        read_tenants(rows("id name"))


def test_a_column_that_is_no_attribute_is_ignored_with_a_notice() -> None:
    _, (problem,) = read_tenants(rows("tenant_id colour", ("acme", "red")))
    assert (problem.severity, problem.column) == ("notice", "colour")
    assert "known: name, slug, since, segment, industry, employee_count, owner, arr, renewal_date" in (
        problem.message
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("name", "Acme Inc.", "Acme Inc."),
        ("name", "  Ac\nme\t\x00\x1b[31m Inc. ", "Ac me [31m Inc."),
        ("name", "Ünïcödé 株式会社", "Ünïcödé 株式会社"),
        ("segment", 3, "3"),
        ("owner", "   ", None),
        ("slug", "", None),
        ("since", "2024-05-01", LAUNCH),
        ("since", "2024-05-01 00:00:00", LAUNCH),
        ("since", "2024-05-01T00:00:00Z", LAUNCH),
        ("since", "2024-05-01T02:00:00+02:00", LAUNCH),
        ("since", date(2024, 5, 1), LAUNCH),
        ("since", datetime(2024, 5, 1), LAUNCH),  # noqa: DTZ001
        ("since", datetime(2024, 5, 1, 9, tzinfo=timezone(timedelta(hours=9))), LAUNCH),
        ("employee_count", "250", 250),
        ("employee_count", " 250 ", 250),
        ("employee_count", Decimal("250.0"), 250),
        ("employee_count", 0, 0),
        ("employee_count", "1,200", 1200),
        ("employee_count", "120–300", 120),
        ("arr", "12000.50", 12000.5),
        ("arr", Decimal("12000.50"), 12000.5),
        ("arr", 0, 0.0),
        ("renewal_date", "2027-01-31", date(2027, 1, 31)),
        ("renewal_date", date(2027, 1, 31), date(2027, 1, 31)),
        ("renewal_date", datetime(2027, 1, 31, 5, tzinfo=UTC), date(2027, 1, 31)),
    ],
)
def test_an_attribute_is_read(name: str, value: Any, expected: Any) -> None:
    assert attribute(name, value) == (expected, [])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("since", "last year", "a date or an instant"),
        ("since", "2024-13-01", "a date or an instant"),
        ("since", "0001-01-01T00:00:00+14:00", "a date or an instant"),
        ("since", 1714521600, "a date or an instant"),
        ("since", "infinity", "a date or an instant"),
        ("employee_count", "about 50", EMPLOYEES),
        ("employee_count", "50-500", EMPLOYEES),
        ("employee_count", -1, EMPLOYEES),
        ("employee_count", 1.5, EMPLOYEES),
        ("employee_count", "nan", EMPLOYEES),
        ("employee_count", "inf", EMPLOYEES),
        ("employee_count", 10**400, EMPLOYEES),
        ("employee_count", 3_000_000_000, EMPLOYEES),
        ("employee_count", True, EMPLOYEES),
        ("arr", "12k", "an amount from 0"),
        ("arr", -1, "an amount from 0"),
        ("arr", Decimal("NaN"), "an amount from 0"),
        ("arr", float("inf"), "an amount from 0"),
        ("arr", True, "an amount from 0"),
        ("renewal_date", "soon", "a date"),
        ("renewal_date", [], "a date"),
    ],
)
def test_a_bad_attribute_is_blank_with_a_notice_and_the_tenant_stays(
    name: str, value: Any, expected: str
) -> None:
    blank, (problem,) = attribute(name, value)
    assert blank is None
    assert (problem.severity, problem.tenant_id, problem.column) == ("notice", "acme", name)
    assert problem.message.endswith(f"is not {expected}; left blank")


def test_a_bad_attribute_costs_no_other_attribute() -> None:
    (tenant,), _ = read_tenants(rows("tenant_id arr owner", ("acme", "12k", "Ada")))
    assert (tenant.arr, tenant.owner) == (None, "Ada")


def test_a_name_of_a_megabyte_is_cut() -> None:
    name, (problem,) = attribute("name", "x" * 1_000_000)
    assert len(name) == 500
    assert (problem.severity, problem.column) == ("notice", "name")
    assert problem.message == "cut after 500 characters"


@pytest.mark.parametrize(
    "key", ["a\x1b[31mcme", "two\nlines", "a\tb", "a\x00b", "a\u202eemca", "a\u2066b", "a\x7f", "a\u2028b"]
)
def test_an_id_that_cannot_be_shown_is_left_out(key: str) -> None:
    tenants, (problem,) = read_tenants(rows("tenant_id", (key,), ("acme",)))
    assert [tenant.tenant_id for tenant in tenants] == ["acme"]
    assert problem.severity == "error"
    assert problem.message.endswith("holds a control character; the row is left out")
    assert problem.message.isprintable()


@pytest.mark.parametrize("key", ["größe", "東京", "שלום", "a b", "a\u00a0b", "😀"])
def test_an_id_may_be_in_any_script(key: str) -> None:
    (tenant,), problems = read_tenants(rows("tenant_id", (key,)))
    assert (tenant.tenant_id, problems) == (key, [])


def test_a_name_that_nests_without_end_is_blank_with_a_notice() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    (tenant,), (problem,) = read_tenants(rows("tenant_id industry", ("acme", nested)))
    assert tenant.industry is None
    assert problem.message == "a nested list is not a text; left blank"


def test_a_bad_value_of_a_megabyte_is_cut_in_the_notice() -> None:
    _, (problem,) = attribute("arr", "x" * 1_000_000)
    assert len(problem.message) < 120


def test_the_age_of_a_tenant_is_in_days_and_unknown_without_since() -> None:
    tenants = [Tenant("a", "a", "A", since=LAUNCH), Tenant("b", "b", "B")]
    young, unknown = UsageMetrics(tenants).ages_at((LAUNCH + timedelta(hours=36)).timestamp())
    assert young == 1.5
    assert unknown != unknown
