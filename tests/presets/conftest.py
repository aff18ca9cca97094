"""A hand-made application on either dialect."""

import pytest

from tests.casework.builder import Casework


@pytest.fixture
def db(casework_url: str) -> Casework:
    return Casework(casework_url)
