"""The command, as the tests of the commands call it."""

from tests.cli.conftest import forks

__all__ = ["forks"]
