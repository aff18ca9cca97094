"""The process that forks for calls of the command."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Forks


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """One for all tests of this folder."""
    made = Forks()
    yield made
    made.close()
