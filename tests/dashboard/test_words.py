"""Texts as lists make room for them, and figures as people write them."""

import pytest

from client_health.dashboard.words import detail, duration, is_wider


@pytest.mark.parametrize(
    ("text", "wider"),
    [
        ("Farid Haddad", False),
        ("anna schneider", True),
        ("Emma Newman", True),
        ("MARK WAGNER", True),
        ("北海道物流", False),
        ("北海道物流株式会社", True),
        ("", False),
    ],
)
def test_wide_letters_take_more_room(text, wider):
    """The room is that of an owner in the portfolio."""
    assert is_wider(text, 92) is wider


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.04, "< 0.1 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (185, "3 min 5 s"),
        (3599.6, "1 h 0 min"),
        (86_400, "24 h 0 min"),
        (4_000_000, "1,111 h 6 min"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("expires_at", "2026-12-07T12:26:02Z", "2026-12-07 12:26 UTC"),
        ("overlap_seconds", 7200, "2 h 0 min"),
        ("scores", 12_000, "12,000"),
        ("tenants", ["anna", "ben"], "anna, ben"),
        ("tenants", "all", "all"),
        ("score_date", "2026-03-01", "2026-03-01"),
    ],
)
def test_details_of_the_audit_log_are_written_for_people(name, value, text):
    assert detail(value, name) == text
