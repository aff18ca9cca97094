"""What a database address means, and what its errors never show."""

from pathlib import Path

import pytest

from client_health.errors import ConfigError
from client_health.settings.addresses import resolve_address

FOLDER = Path("/etc/client-health")


def address(text: str) -> str:
    url = resolve_address(text, "source.url", FOLDER)
    return url.render_as_string(hide_password=False).replace("%3A", ":")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("postgresql://app@db/app", "postgresql+psycopg://app@db/app"),
        ("postgres://app@db/app", "postgresql+psycopg://app@db/app"),
        ("postgresql+psycopg://app@db/app", "postgresql+psycopg://app@db/app"),
        ("postgresql://a:p%40ss@db:5433/app?sslmode=require", None),
        ("duckdb:///usage.duckdb", "duckdb:///usage.duckdb"),
        ("sqlite:///app.db", "sqlite:////etc/client-health/app.db"),
        ("sqlite:///../app.db", "sqlite:////etc/client-health/../app.db"),
        ("sqlite:////srv/app.db", "sqlite:////srv/app.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///file:/srv/app.db?uri=true", "sqlite:///file:/srv/app.db?uri=true"),
    ],
)
def test_an_address_means(text: str, meant: str | None) -> None:
    assert address(text) == (meant or text.replace("postgresql:", "postgresql+psycopg:"))


def test_a_variable_may_hold_the_whole_address_or_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", "postgres://app:geheim@db/app")
    monkeypatch.setenv("DB_PASSWORD", "geheim")
    assert address("${APP_DATABASE_URL}") == "postgresql+psycopg://app:geheim@db/app"
    assert address("postgresql://app:${DB_PASSWORD}@db/app") == "postgresql+psycopg://app:geheim@db/app"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named_with_the_key(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("APP_DATABASE_URL", raising=False)
    if value is not None:
        monkeypatch.setenv("APP_DATABASE_URL", value)
    with pytest.raises(ConfigError, match=r"source\.url: .* APP_DATABASE_URL is not set"):
        address("${APP_DATABASE_URL}")


@pytest.mark.parametrize("text", ["app:geheim@db/app", "", "geheim", "postgresql://app:geheim@db:port/app"])
def test_what_is_not_an_address_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigError, match=r"source\.url: not an address like postgresql://") as caught:
        address(text)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
