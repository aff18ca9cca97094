"""The catalogue of features: what may stand in it, and the sentences that a mistake earns."""

from pathlib import Path

import pytest

from client_health.errors import ConfigError
from client_health.settings import Settings, load_settings

BASE = """
[source]
url = "sqlite:///app.db"
[tenants]
sql = "select 1"
[usage.login]
sql = "select 1"
[features]
sql = "select 1"
"""
SSO = '[[features.catalogue]]\nkey = "SSO"\n'


def load(folder: Path, added: str) -> Settings:
    file = folder / "client-health.toml"
    file.write_text(BASE + added, "utf-8")
    return load_settings(file)


def test_a_feature_needs_a_key_only(tmp_path: Path) -> None:
    more = '[[features.catalogue]]\nkey = " API "\nname = "API"\ncategory = "core"\n'
    features = load(tmp_path, SSO + more).features
    assert features is not None
    assert [(one.key, one.name, one.category) for one in features.catalogue] == [
        ("SSO", None, None),
        ("API", "API", "core"),
    ]
    assert features.in_use_days == 90


def test_without_a_catalogue_there_is_an_empty_one(tmp_path: Path) -> None:
    features = load(tmp_path, "in_use_days = 30").features
    assert features is not None
    assert (features.catalogue, features.in_use_days) == ((), 30)


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (SSO + SSO, "features.catalogue: the key 'SSO' stands in it more than once"),
        (SSO + '[[features.catalogue]]\nkey = "SSO "', "the key 'SSO' stands in it more than once"),
        ("[[features.catalogue]]\nname = 'SSO'", "features.catalogue.0.key: is required and missing"),
        ("[[features.catalogue]]\nkey = ''", "features.catalogue.0.key: String should have at least 1"),
        ("[[features.catalogue]]\nkey = 7", "features.catalogue.0.key: Input should be a valid string"),
        (SSO + "name = ''", "features.catalogue.0.name: String should have at least 1"),
        (SSO + "group = 'core'", "features.catalogue.0.group: unknown key"),
        ("in_use_days = 0", "features.in_use_days: Input should be greater than or equal to 1 (it is 0)"),
        ("in_use_days = 1.5", "features.in_use_days: Input should be a valid integer"),
    ],
)
def test_a_mistake_names_the_place_and_what_is_wrong(tmp_path: Path, added: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, added)
    assert told in str(caught.value)
