"""Text from outside as it may be shown: it moves no cursor, turns no line around and tells no password."""

import re
import unicodedata

# Control characters, those that give a direction or join others, halves of pairs, line and paragraph ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


# `scheme://user:secret@host`, and `password=secret` as libpq and many drivers write it.
_PASSWORDS = re.compile(
    r"""(://[^\s:/@'"]*:)[^\s@]+(?=@)
      | (\b(?:\w*password|passwd|pwd|client_secret)\s*=\s*)('[^']*'|[^\s&;,'"]+)""",
    re.VERBOSE | re.IGNORECASE,
)


def without_passwords(text: str) -> str:
    """The text with stars for what stands where addresses have their passwords."""
    if "=" not in text and "@" not in text:  # most texts: looking closer takes ten times as long
        return text
    return _PASSWORDS.sub(lambda found: f"{found[1] or found[2]}***", text)


def visible(text: str) -> str:
    """The text with what cannot be seen written as escapes, such as \\x1b; lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(mark if mark in "\n\t" or is_seen(mark) else _escaped(mark) for mark in text)


def in_one_line(text: str) -> str:
    """The same with line ends and tabs written out, too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def is_seen(text: str) -> bool:
    """Whether every character of a text can be seen; a line end and a tab cannot."""
    return text.isprintable() or not any(unicodedata.category(mark) in _UNSEEN for mark in text)


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")
