"""Counts and choices of the portfolio."""

from datetime import date

import pytest
import sqlalchemy as sa

from client_health.store import portfolio, portfolio_counts
from client_health.store.portfolio import Filters
from client_health.store.portfolio_counts import Choices, Count
from client_health.store.schema import tenants
from tests.store.test_portfolio import listed, tenant


def counts(store, filters: Filters | None = None, own: tuple[str, ...] = ()) -> list[Count]:
    with store.read() as connection:
        found = portfolio_counts.counts(connection, filters or Filters(), own)
    return sorted(found, key=lambda one: (one.is_own, one.risk_level, one.overall or -1))


def test_tenants_are_counted_by_level_score_and_whether_they_are_the_visitors_own(store):
    tenant(store, 1, "a", 50, owner="Sam")
    tenant(store, 2, "b", 50, owner="Sam")
    tenant(store, 3, "c", 50, owner="Grace")
    tenant(store, 4, "d", None, owner="SAM")
    tenant(store, 5, "e", scored=False)
    tenant(store, 6, "f", 50, is_active=False)
    assert counts(store) == [Count(False, "LOW", 50, 3), Count(False, "UNKNOWN", None, 2)]
    assert counts(store, own=("Sam", "SAM")) == [
        Count(False, "LOW", 50, 1),
        Count(False, "UNKNOWN", None, 1),
        Count(True, "LOW", 50, 2),
        Count(True, "UNKNOWN", None, 1),
    ]


def test_counts_follow_every_filter_but_level_and_own(store):
    tenant(store, 1, "acme", 50, owner="Sam")
    tenant(store, 2, "other", 70, owner="Grace")
    assert counts(store, Filters(search="acme")) == [Count(False, "LOW", 50, 1)]
    everybody = [Count(False, "LOW", 70, 1), Count(True, "LOW", 50, 1)]
    assert counts(store, Filters(risk_level="HIGH", owned_by=("Sam",)), ("Sam",)) == everybody
    assert counts(store, Filters(owner="Grace")) == [Count(False, "LOW", 70, 1)]


def test_choices_are_what_active_tenants_have(store):
    for key, name in enumerate(("Anna", "Ben", "Carla", "Dora"), start=1):
        tenant(store, key, name, 50, owner="Sam" if key == 1 else None, is_active=key != 4)
    changes = {
        1: {"segment": "SMB", "industry": "MINING", "industry_key": "mining"},
        2: {"segment": "Enterprise", "industry": "mining", "industry_key": "mining", "arr": 100.0},
        4: {"segment": "Gone", "renewal_date": date(2026, 4, 1)},
    }
    with store.write() as connection:
        for key, values in changes.items():
            connection.execute(sa.update(tenants).where(tenants.c.id == key).values(**values))
        found = portfolio_counts.choices(connection)
    assert found == Choices(["Enterprise", "SMB"], ["MINING"], ["Sam"], has_arr=True, has_renewals=False)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("arr", ["t002", "t001", "t003"]),
        ("-arr", ["t001", "t002", "t003"]),
        ("renewal", ["t003", "t001", "t002"]),
        ("-renewal", ["t001", "t003", "t002"]),
    ],
)
def test_revenue_and_renewal_sort_both_ways_and_pages_lose_nothing(store, sort, expected):
    dated = {
        1: {"arr": 5e6, "renewal_date": date(2027, 1, 1)},
        2: {"arr": 10.5},
        3: {"renewal_date": date(2026, 5, 1)},
    }
    for key, values in dated.items():
        tenant(store, key, "x", 50)
        with store.write() as connection:
            connection.execute(sa.update(tenants).where(tenants.c.id == key).values(**values))
    assert listed(store, sort=sort) == expected
    seen, cursor = [], None
    with store.read() as connection:
        for _ in expected:
            page = portfolio.page(connection, Filters(), sort, 1, cursor)
            seen += [row.tenant_id for row in page.rows]
            cursor = page.next_cursor
    assert (seen, cursor) == (expected, None)
