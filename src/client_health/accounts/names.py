"""User names: what is typed to sign in."""

import unicodedata

from client_health.errors import UsageError

LONGEST = 100


def normal(text: str) -> str:
    """The name as it is kept: one spelling for what looks alike, no case, no space around it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def require_name(text: str) -> str:
    """A name that a user may have; raises UsageError."""
    name = normal(text)
    if not name or len(name) > LONGEST or not name.isprintable() or any(mark.isspace() for mark in name):
        raise UsageError(f"a user name has 1 to {LONGEST} visible characters and no spaces")
    return name


def require_display_name(text: str, name: str) -> str:
    """How a person is shown, the user name where nothing is given; raises UsageError."""
    shown = " ".join(unicodedata.normalize("NFC", text).split()) or name
    if len(shown) > LONGEST or not shown.isprintable():
        raise UsageError(f"a display name has at most {LONGEST} visible characters")
    return shown
