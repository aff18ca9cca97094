"""One collection from real databases: in shards, for named tenants, and from a second source."""

from pathlib import Path
from typing import Any

import pytest

from client_health.errors import SourceError
from client_health.sources.reader import SourceReader
from client_health.usage.collect import collect
from tests.sources.application import execute, reader_on
from tests.usage.cast import assignment, settings
from tests.usage.test_collect import messages, values

ACTIVE = (
    "select organization_id as tenant_id, count(*) as logins "
    "from users where last_login_at < :as_of group by 1"
)
CAST = ACTIVE.replace("organization_id as", "cast(organization_id as text) as")


def collected(url: str, sql: str, shards: int = 1, **assigned: Any) -> dict[str, float]:
    """Logins by tenant, as a run collects them."""
    configured = settings(
        source={"url": url, "shards": shards},
        tenants={"sql": "select id as tenant_id from organizations;"},
        usage={"login": {"sql": sql}},
    )
    reader = reader_on(url, attempts=1, shards=shards)
    try:
        metrics = collect(assignment(**assigned), configured, {"default": reader}, lambda *_: None).metrics
    finally:
        reader.session.close()
    names = [tenant.tenant_id for tenant in metrics.tenants]
    return dict(zip(names, metrics.values["logins"].tolist(), strict=True))


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_a_fleet_is_collected_alike_in_one_statement_or_in_shards(app_url: str, shards: int) -> None:
    assert collected(app_url, ACTIVE, shards) == {"1": 2, "2": 1, "3": 1, "10": 1, "20": 1}


def test_a_named_tenant_has_the_figures_that_it_has_in_the_fleet(app_url: str) -> None:
    assert collected(app_url, ACTIVE, tenant_ids=("10", "1")) == {"1": 2, "10": 1}


def test_a_named_tenant_has_them_too_where_a_query_casts_its_ids(app_url: str) -> None:
    assert collected(app_url, CAST, tenant_ids=("10", "1")) == {"1": 2, "10": 1}


@pytest.mark.parametrize("shards", [2, 5])
def test_shards_never_turn_ids_of_another_type_into_zeros(app_url: str, shards: int) -> None:
    try:
        figures = collected(app_url, CAST, shards)
    except SourceError:
        return
    assert figures == {"1": 2, "2": 1, "3": 1, "10": 1, "20": 1}


def test_a_second_source_answers_for_a_named_tenant_whatever_type_its_ids_have(
    app_url: str, tmp_path: Path
) -> None:
    desk = f"sqlite:///{tmp_path / 'desk.db'}"
    execute(desk, "create table tickets (org text); insert into tickets values ('10'), ('10'), ('1');")
    configured = settings(
        sources={"desk": {"url": desk}},
        tenants={"sql": "select id as tenant_id from organizations"},
        usage={
            "tickets": {
                "sql": "select trim(org) as tenant_id, count(*) as tickets from tickets group by 1",
                "source": "desk",
            }
        },
    )
    readers: dict[str, SourceReader] = {"default": reader_on(app_url), "desk": reader_on(desk)}
    collection = collect(assignment(tenant_ids=("10",)), configured, readers, lambda *_: None)
    assert values(collection) == {"tickets": [2]}


def test_a_source_that_is_down_costs_its_queries(sqlite_app: str, tmp_path: Path) -> None:
    configured = settings(
        sources={"desk": {"url": "sqlite://"}},
        tenants={"sql": "select id as tenant_id from organizations"},
        usage={"login": {"sql": ACTIVE}, "tickets": {"sql": "select 1", "source": "desk"}},
    )
    readers = {"default": reader_on(sqlite_app), "desk": reader_on(f"sqlite:///{tmp_path / 'gone.db'}")}
    collection = collect(assignment(), configured, readers, lambda *_: None)
    assert set(collection.metrics.values) == {"logins"}
    assert "usage.tickets: cannot connect: unable to open database file" in messages(collection)
