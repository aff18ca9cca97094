"""`[web]`, `[sign_in]` and `[oidc]`: what is refused, and that the secret is never shown."""

import pytest
from pydantic import ValidationError

from client_health.errors import ConfigError
from client_health.settings import load_settings
from client_health.settings.access import OidcSettings, SignInSettings, WebSettings
from tests.cast import CONFIG

OIDC = """
[oidc]
issuer = "https://login.example.com/realms/us"
client_id = "client-health"
client_secret = "{secret}"
roles = {{ admins = "admin" }}
"""
WEB = '[web]\npublic_url = "https://health.example.com"\n'


def load(folder, text):
    (folder / "client-health.toml").write_text(
        CONFIG.replace("{store_url}", "sqlite:///s.db") + text, "utf-8"
    )
    return load_settings(folder / "client-health.toml")


def test_without_these_sections_people_sign_in_with_passwords(tmp_path):
    settings = load(tmp_path, "")
    assert (settings.oidc, settings.web.public_url) == (None, None)
    assert settings.sign_in == SignInSettings(failures_per_account=5, failures_per_address=20, window=900)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://health.example.com", "https://health.example.com"),
        ("https://Health.Example.com/", "https://health.example.com"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    ],
)
def test_the_public_address_is_an_origin(given, kept):
    assert WebSettings(public_url=given).public_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "health.example.com",
        "ftp://health.example.com",
        "https://",
        "https://health.example.com/health",
        "https://health.example.com?x",
        "https://user@health.example.com",
        "https://health.example.com:port",
        "javascript:alert(1)",
    ],
)
def test_anything_else_is_no_public_address(given):
    with pytest.raises(ValidationError, match="write scheme and host"):
        WebSettings(public_url=given)


def test_proxies_are_addresses_or_networks():
    assert WebSettings(trusted_proxies=("10.0.0.0/8", "::1")).trusted_proxies == ("10.0.0.0/8", "::1")
    with pytest.raises(ValidationError, match="'everybody' is no address or network"):
        WebSettings(trusted_proxies=("everybody",))


@pytest.mark.parametrize(
    "issuer", ["https://login.example.com", "http://localhost:9000", "http://127.0.0.1:9000/a"]
)
def test_an_issuer_is_https_or_this_machine(issuer):
    made = OidcSettings(issuer=issuer, client_id="us", default_role="viewer")
    assert made.issuer == issuer


@pytest.mark.parametrize(
    "issuer", ["http://login.example.com", "login.example.com", "https://", "https://a?b", ""]
)
def test_any_other_issuer_is_refused(issuer):
    with pytest.raises(ValidationError, match=r"https|not an address"):
        OidcSettings(issuer=issuer, client_id="us", default_role="viewer")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roles": {}}, "nobody could sign in; set roles or default_role"),
        ({"roles": {"admins": "root"}}, "roles.admins"),
        ({"scopes": "profile email"}, "openid is missing"),
        ({"issuers": "x"}, "issuers"),
    ],
)
def test_what_cannot_work_is_refused(change, said):
    values = {"issuer": "https://login.example.com", "client_id": "us", "roles": {"admins": "admin"}}
    with pytest.raises(ValidationError) as refusal:
        OidcSettings.model_validate(values | change)
    assert said in str(refusal.value)


def test_the_provider_must_know_the_way_back(tmp_path):
    with pytest.raises(ConfigError, match=r"oidc needs web\.public_url"):
        load(tmp_path, OIDC.format(secret="s"))


def test_the_secret_is_read_when_it_is_used_and_never_shown(tmp_path, monkeypatch):
    settings = load(tmp_path, WEB + OIDC.format(secret="${OIDC_SECRET}"))
    with pytest.raises(
        ConfigError, match=r"oidc\.client_secret: the environment variable OIDC_SECRET is not set"
    ):
        settings.oidc.secret()
    monkeypatch.setenv("OIDC_SECRET", "hunter2")
    assert settings.oidc.secret() == "hunter2"
    plain = load(tmp_path, WEB + OIDC.format(secret="hunter2"))
    assert plain.oidc.secret() == "hunter2"
    assert "hunter2" not in repr(plain) + str(plain.model_dump()) + plain.model_dump_json()


def test_a_secret_that_is_no_text_is_not_repeated_in_the_error(tmp_path):
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, WEB + OIDC.format(secret="x").replace('"x"', "20071969"))
    assert "oidc.client_secret" in str(refusal.value)
    assert "20071969" not in str(refusal.value)
