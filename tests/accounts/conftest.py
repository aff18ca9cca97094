"""A service with users, and the identity provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from client_health.accounts import passwords
from client_health.store import migrate
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
    made = open_store(store_url)
    migrate.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Checks that take no time, for tests of what surrounds them."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "HASHER", cheap)
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()
