"""A service with users, and the identity provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_health.store.engine import Store
from tests.accounts.providing import IdentityProvider, serving
from tests.store.conftest import open_store


@pytest.fixture(scope="session")
def running_provider(request: pytest.FixtureRequest) -> Iterator[IdentityProvider]:
    """The provider of this worker."""
    with serving(Path(request.config.cache.mkdir("identity-provider"))) as provider:
        yield provider


@pytest.fixture
def provider(running_provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """The provider, which answers rightly until told otherwise."""
    yield running_provider
    running_provider.answer_wrongly(None)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty, migrated store on either dialect."""
    from client_health.store import migrate

    made = open_store(store_url)
    migrate.upgrade(made)
    yield made
    made.close()
