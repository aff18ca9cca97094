"""A small application and its service, as most of these tests want it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Service, make_service


@pytest.fixture
def service(tmp_path: Path, store_url: str) -> Iterator[Service]:
    """A service over the small cast, on either dialect."""
    service = make_service(tmp_path, store_url)
    yield service
    service.store.close()
