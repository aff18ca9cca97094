"""The command, as the tests of the commands call it."""

from tests.cli.conftest import cli, forks

__all__ = ["cli", "forks"]
