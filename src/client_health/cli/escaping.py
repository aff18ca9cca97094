"""Text from outside on a terminal: shown, never obeyed."""

from rich import markup

from client_health.visible import visible


def escape(text: str) -> str:
    """The text as it may be printed: no markup of ours in it, and no escape sequence of the terminal's."""
    return markup.escape(visible(text))
