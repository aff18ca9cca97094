"""What can be seen of a text, and what is shown of the rest."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_health.visible import is_seen, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Acme GmbH", "Acme GmbH"),
        ("שלום, Ωmega 東京 😀", "שלום, Ωmega 東京 😀"),
        ("a\u00a0b", "a\u00a0b"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31mred", "\\x9b31mred"),
        ("bell\x07, nul\x00, return\r", "bell\\x07, nul\\x00, return\\r"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
        ("end\u2028of a line", "end\\u2028of a line"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_unseen_is_left_but_lines_and_tabs(text: str) -> None:
    left = visible(text).replace("\n", "").replace("\t", "")
    assert is_seen(left)
    assert not {unicodedata.category(mark) for mark in left} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_a_line_end_is_not_seen() -> None:
    assert not is_seen("two\nlines")
    assert is_seen("one line")
