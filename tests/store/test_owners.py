"""Owners: told by the source, or assigned here, and everywhere the same."""

from datetime import UTC, datetime

import pytest

from client_health.errors import UsageError
from client_health.store import owners, portfolio
from client_health.store.owners import Ownership
from client_health.store.portfolio import Filters
from tests.cast import person
from tests.store.test_portfolio import listed, tenant

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def assign(store, key: int, owner: str | None) -> Ownership:
    with store.write() as connection:
        return owners.assign(connection, key, owner, person("dana"), NOON)


def test_an_assigned_owner_comes_before_the_one_of_the_source(store):
    tenant(store, 1, "Acme", 50, owner="Sam")
    assert assign(store, 1, "  Elif Kaya ") == Ownership("Elif Kaya", "Sam", "dana", NOON)
    assert assign(store, 1, "Grace") == Ownership("Grace", "Sam", "dana", NOON)
    with store.read() as connection:
        assert owners.of_tenant(connection, 1).owner == "Grace"
        assert portfolio.one(connection, "t001").owner == "Grace"
        assert portfolio.page(connection, Filters()).rows[0].owner == "Grace"


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_taking_an_assignment_back_leaves_the_owner_of_the_source(store, nothing):
    tenant(store, 1, "Acme", 50, owner="Sam")
    tenant(store, 2, "Orphan", 50)
    for key, left in ((1, "Sam"), (2, None)):
        assign(store, key, "Grace")
        assert assign(store, key, nothing) == Ownership(left, left)


@pytest.mark.parametrize("name", ["x" * 201, "two\nlines", "nul\0"])
def test_a_name_that_is_none_is_refused(store, name):
    tenant(store, 1, "Acme", 50, owner="Sam")
    with pytest.raises(UsageError, match="owner"):
        assign(store, 1, name)


def test_filters_look_at_the_owner_in_force(store):
    for key, name in ((1, "Sam"), (2, "Sam"), (3, None), (4, "Grace")):
        tenant(store, key, "x", 50, owner=name)
    assign(store, 2, "Grace")
    assign(store, 3, "Grace")
    assert listed(store, Filters(owner="Sam")) == ["t001"]
    assert listed(store, Filters(owner="Grace")) == ["t002", "t003", "t004"]
    assert listed(store, Filters(owned_by=("Sam", "Grace"), search="t003")) == ["t003"]
    assert listed(store, Filters(owned_by=())) == []


def test_names_are_those_of_active_tenants_whatever_says_so(store):
    tenant(store, 1, "x", 50, owner="zoe")
    tenant(store, 2, "x", 50, owner="Sam")
    tenant(store, 3, "x", 50, owner="Gone", is_active=False)
    tenant(store, 4, "x", 50)
    assign(store, 2, "Ada")
    with store.read() as connection:
        assert owners.names(connection) == ["Ada", "zoe"]
