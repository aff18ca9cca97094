"""The SQL of lists: tenants without a score row, ties, levels, many pages."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import sqlalchemy as sa

from client_health.errors import UsageError
from client_health.store import alert_levels, portfolio
from client_health.store.engine import Store
from client_health.store.portfolio import Filters
from client_health.store.schema import score_current, tenants
from tests.cast import person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def tenant(store: Store, key: int, name: str, overall: int | None = None, **more) -> None:
    """A tenant; with a row of scores unless `scored` is False."""
    has_row = more.pop("scored", True)
    attributes = {"is_active": True} | {k: more.pop(k) for k in ("slug", "owner", "is_active") if k in more}
    score = {
        "day": date(2026, 3, 1),
        "scorecard": 1,
        "component_scores": np.ones(1),
        "component_states": "v",
        "overall": overall,
        "trend": "STABLE",
        "risk_level": "LOW" if overall is not None else "UNKNOWN",
        "risk_reason": "score",
        "confidence": 1.0,
        "as_of": NOON,
        "calculated_at": NOON,
    } | more
    with store.write() as connection:
        searched = "\n".join((name, str(attributes.get("slug")), f"t{key:03}")).casefold()
        values = {"id": key, "tenant_id": f"t{key:03}", "name": name, "search_text": searched} | attributes
        connection.execute(sa.insert(tenants).values(**values))
        if has_row:
            connection.execute(sa.insert(score_current).values(tenant=key, **score))


def listed(store: Store, filters: Filters | None = None, **more) -> list[str]:
    with store.read() as connection:
        return [row.tenant_id for row in portfolio.page(connection, filters or Filters(), **more).rows]


def test_a_tenant_that_was_never_scored_is_listed_last_and_counted(store):
    tenant(store, 1, "Never", scored=False)
    tenant(store, 2, "No figures")
    tenant(store, 3, "Well", 90)
    assert listed(store) == ["t003", "t001", "t002"]
    assert listed(store, Filters(risk_level="UNKNOWN")) == ["t001", "t002"]
    with store.read() as connection:
        counts = portfolio.summary(connection, Filters())
    assert counts["risk_level"] == {"UNKNOWN": 2, "LOW": 1}
    assert sum(counts["trend"].values()) == 3


def test_an_inactive_tenant_is_found_alone_but_not_in_lists(store):
    tenant(store, 1, "Gone", 10, is_active=False, risk_level="HIGH")
    with store.read() as connection:
        assert portfolio.one(connection, "t001").is_active is False
        assert portfolio.one(connection, "t999") is None
        assert portfolio.page(connection, Filters()).rows == []
        assert portfolio.high_risk(connection) == []


def test_ties_are_broken_by_tenant_id_in_both_directions(store):
    for key in (3, 1, 2):
        tenant(store, key, "Same", 50)
    for sort in ("score", "-score", "name", "-name", "change", "confidence"):
        assert listed(store, sort=sort) == ["t001", "t002", "t003"]


def test_names_sort_without_regard_to_case(store):
    for key, name in enumerate(("beta", "Alpha", "GAMMA", "delta"), start=1):
        tenant(store, key, name, 50)
    assert listed(store, sort="name") == ["t002", "t001", "t004", "t003"]


def test_search_looks_at_name_slug_and_id(store):
    tenant(store, 1, "Acme GmbH", 50, slug="the-acme")
    tenant(store, 2, "Other", 50)
    assert listed(store, Filters(search="GMBH")) == ["t001"]
    assert listed(store, Filters(search="The-A")) == ["t001"]
    assert listed(store, Filters(search="T002")) == ["t002"]
    assert listed(store, Filters(search="")) == ["t001", "t002"]


@pytest.mark.parametrize("sort", ["score", "-score", "change", "-change", "name", "-name"])
def test_many_pages_with_ties_and_gaps_lose_and_repeat_nothing(store, sort):
    for key in range(1, 24):
        overall = None if key % 5 == 0 else 10 * (key % 4)
        baseline = None if key % 3 == 0 else 20
        tenant(store, key, f"name {key % 6}", overall, baseline_score=baseline)
    seen, cursor = [], None
    with store.read() as connection:
        while True:
            page = portfolio.page(connection, Filters(), sort, 4, cursor)
            seen += [row.tenant_id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == listed(store, sort=sort)
    assert sorted(seen) == [f"t{key:03}" for key in range(1, 24)]


def test_a_cursor_of_another_sort_is_refused(store):
    for key in (1, 2):
        tenant(store, key, "x", 50)
    with store.read() as connection:
        cursor = portfolio.page(connection, Filters(), "score", 1).next_cursor
        with pytest.raises(UsageError, match="cursor"):
            portfolio.page(connection, Filters(), "name", 1, cursor)


def test_the_high_risk_list_holds_high_and_once_high_worst_first(store):
    tenant(store, 1, "Bad", 30, risk_level="HIGH", last_known_risk="HIGH")
    tenant(store, 2, "Worse", 5, risk_level="HIGH", last_known_risk="HIGH")
    tenant(store, 3, "Recovered", 90, risk_level="LOW", last_known_risk="LOW")
    tenant(store, 4, "Was high", None, risk_level="UNKNOWN", last_known_risk="HIGH")
    tenant(store, 5, "Was well", None, risk_level="UNKNOWN", last_known_risk="LOW")
    tenant(store, 6, "New", 3, risk_level="UNKNOWN", last_known_risk=None)
    with store.read() as connection:
        assert [row.tenant_id for row in portfolio.high_risk(connection)] == ["t002", "t001", "t004"]


def test_an_alert_level_that_nobody_set_is_the_default_everywhere(store):
    for key in (1, 2):
        tenant(store, key, "x", 50)
    with store.write() as connection:
        assert alert_levels.get(connection, 1).level == alert_levels.DEFAULT
        alert_levels.put(connection, 1, "NONE", person("dana"), NOON)
        put = alert_levels.put(connection, 1, "PROACTIVE", person("dana"), NOON)
        assert alert_levels.get(connection, 1) == put
    assert listed(store, Filters(alert_level=alert_levels.DEFAULT)) == ["t002"]
    assert listed(store, Filters(alert_level="PROACTIVE")) == ["t001"]
