"""What the commands share: settings, store, consoles, exit codes."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from rich.console import Console

from client_health.cli.escaping import escape
from client_health.settings import Settings, load_settings
from client_health.store import migrate
from client_health.store.audit import Actor
from client_health.store.engine import Store, open_store
from client_health.telemetry import tracing

CLEAN, FAILED, USAGE, WITH_ERRORS, SUSPICIOUS = 0, 1, 2, 3, 4
_WIDE = 240  # into a pipe or a file, lines are not broken to fit a screen
output = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
errors = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _WIDE)


class Context:
    """Settings and store of one command, read when they are first needed."""

    def __init__(self, config: Path) -> None:
        self.config = config

    @cached_property
    def settings(self) -> Settings:
        """The configuration; raises ConfigError."""
        return load_settings(self.config)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, migrated to this version."""
        store = open_store(self.settings)
        try:
            if migrate.upgrade(store):
                errors.print("[dim]The store's schema was brought up to date.[/dim]")
            yield store
        finally:
            store.close()


@contextmanager
def traced() -> Iterator[None]:
    """Spans of what happens within, where an environment variable asks for them."""
    if warning := tracing.start():
        errors.print(f"[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)
    try:
        yield
    finally:
        tracing.stop()


def who() -> Actor:
    """The person who runs the command, as far as the system knows."""
    try:
        return Actor(getpass.getuser(), "command")
    except (KeyError, OSError):
        return Actor("command line", "command")
