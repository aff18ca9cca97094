"""A whole application over one night, for tests that only read."""

from collections.abc import Iterator

import pytest

from tests.cast import MONDAY, Service, make_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one night of four tenants."""
    folder = tmp_path_factory.mktemp("app")
    made = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    made.night(MONDAY)
    yield made
    made.store.close()
