"""Employee counts as applications and people write them."""

from typing import Any

import pytest

from client_health.usage.employees import parse_employees
from client_health.usage.size_bands import SIZE_BANDS, band_named, band_of


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("1,200", 1200),
        ("1 200", 1200),
        ("1'200", 1200),
        ("1’200", 1200),
        ("1_200", 1200),
        ("1\u00a0200", 1200),
        ("1\u202f200", 1200),
        ("12,345,678", 12_345_678),
        ("500+", 500),
        ("2,001 +", 2001),
        ("1e3", 1000),
    ],
)
def test_a_count_is_read_however_its_thousands_are_grouped(written: str, count: int) -> None:
    assert parse_employees(written) == count


@pytest.mark.parametrize(
    ("written", "lower_end"),
    [
        ("101-500", 101),
        ("101–500", 101),
        ("101 — 500", 101),
        ("120 to 300", 120),
        ("501–2,000", 501),
        ("50-100", 50),
        ("2001-100,000", 2001),
    ],
)
def test_a_range_within_one_band_is_its_lower_end(written: str, lower_end: int) -> None:
    assert parse_employees(written) == lower_end


@pytest.mark.parametrize(
    "written", ["51 to 200", "100-101", "400–600", "0-100", "300-200", "1 to", "-5", "5-"]
)
def test_a_range_over_two_bands_says_nothing(written: str) -> None:
    with pytest.raises(ValueError):
        parse_employees(written)


@pytest.mark.parametrize(
    "written",
    ["1.000", "1.200.000", "12,34", "1,2000", "1,200'000", "+", "~50", "5 6", True, 1.5, [], "9" * 5000],
)
def test_what_is_no_count_for_sure_is_refused(written: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        parse_employees(written)


@pytest.mark.parametrize(
    ("employees", "band"),
    [
        (None, None),
        (0, None),
        (1, "1-100"),
        (100, "1-100"),
        (101, "101-500"),
        (500, "101-500"),
        (501, "501-2000"),
        (2000, "501-2000"),
        (2001, "2001+"),
        (2_000_000_000, "2001+"),
    ],
)
def test_bands_begin_where_the_one_before_ends(employees: int | None, band: str | None) -> None:
    found = band_of(employees)
    assert (found.id if found else None) == band


def test_a_band_is_known_by_its_id_and_by_its_label() -> None:
    for band in SIZE_BANDS:
        assert band_named(band.id) == band_named(band.label) == band
    assert band_named("2001 ") == SIZE_BANDS[-1]
    assert band_named("11-50") is None
    assert band_named("") is None
