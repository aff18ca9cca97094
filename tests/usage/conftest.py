"""The application databases of the tests of sources."""

from tests.sources.conftest import app_url, own_postgres_app, postgres_app, sqlite_app

__all__ = ["app_url", "own_postgres_app", "postgres_app", "sqlite_app"]
