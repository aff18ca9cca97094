"""What claims mean: roles by the map, names that fit."""

import pytest

from client_health.accounts import claims, names
from client_health.settings.access import OidcSettings
from client_health.settings.access import Role as RoleOfSettings
from client_health.store.keys import Role

ROLES = {"team": "csm", "leads": "admin", "https://example.com/readers": "viewer"}


def settings(**more):
    values = {"issuer": "https://login.example.com", "client_id": "us", "roles": ROLES} | more
    return OidcSettings.model_validate(values)


def test_the_roles_of_the_settings_are_those_of_the_store():
    assert RoleOfSettings == Role


@pytest.mark.parametrize(
    ("found", "role"),
    [
        (["team"], "csm"),
        (["team", "leads", "other"], "admin"),
        (["https://example.com/readers", "team"], "csm"),
        ("leads", "admin"),
        ("team leads", None),
        (["Team"], None),
        ([], None),
        (None, None),
        ([1, None, ["team"], {"team": 1}], None),
        ({"team": True}, None),
    ],
)
def test_the_highest_mapped_role_counts(found, role):
    assert claims.role({"roles": found}, settings()) == role


def test_the_default_role_is_for_those_without_a_mapped_one():
    assert claims.role({}, settings(default_role="viewer")) == "viewer"
    assert claims.role({"roles": ["leads"]}, settings(default_role="viewer")) == "admin"


def test_a_claim_is_found_by_its_name_or_by_the_way_to_it():
    keycloak = {"realm_access": {"roles": ["team"]}}
    assert claims.role(keycloak, settings(role_claim="realm_access.roles")) == "csm"
    spaced = {"https://example.com/roles": ["team"]}
    assert claims.role(spaced, settings(role_claim="https://example.com/roles")) == "csm"
    assert claims.role({"realm_access": "x"}, settings(role_claim="realm_access.roles")) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"preferred_username": "Anna.Berger"}, "anna.berger"),
        ({"preferred_username": "Anna Berger"}, "anna.berger"),
        ({"preferred_username": " ", "email": "anna@example.com"}, "anna@example.com"),
        ({"preferred_username": ["a"]}, "sub-1"),
        ({"preferred_username": "anna\x00\nadmin"}, "anna.admin"),
        ({"preferred_username": "\x01"}, "user"),
        ({"preferred_username": "x" * 500}, "x" * 90),
    ],
)
def test_a_user_name_comes_from_the_best_claim_and_is_one_that_users_may_have(given, name):
    found = claims.user_name({"sub": "sub-1"} | given, settings())
    assert found == name
    assert names.require_name(found) == name


@pytest.mark.parametrize(
    ("given", "shown"),
    [("Anna  Berger", "Anna Berger"), (None, "anna"), (5, "anna"), ("", "anna"), ("x" * 300, "x" * 100)],
)
def test_a_display_name_is_the_standard_claim_or_the_name(given, shown):
    assert claims.display_name({"name": given}, "anna") == shown
