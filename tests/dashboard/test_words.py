"""Texts as lists make room for them."""

import pytest

from client_health.dashboard.words import is_wider


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
