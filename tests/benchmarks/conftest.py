"""A service over a fleet that is still empty, on either dialect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.cast import make_fleet
from tests.cast import Service


@pytest.fixture
def fleet(tmp_path: Path, store_url: str) -> Iterator[Service]:
    """No tenant yet; add some and let nights pass."""
    service = make_fleet(tmp_path, store_url)
    yield service
    service.store.close()
