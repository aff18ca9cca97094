"""A run is published whole or not at all, whichever step fails."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from client_health.jobs import publication
from client_health.store.schema import metadata
from tests.cast import CONFIG, MONDAY, Service, make_service

FEATURES = """[features]
sql = '''
select id as tenant_id, name as feature_key, since as first_used_at, since as last_used_at from orgs
where active
'''
"""
ABOUT_RUNS = {"audit_log", "runs", "run_problems", "leases"}
STEPS = [
    ("tenants", "sync"),
    ("usage", "write"),
    ("scores", "write"),
    ("current", "follow"),
    ("queries", "write"),
    ("features", "replace"),
    ("problems", "write"),
    ("runs", "finish"),
]


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url, CONFIG.replace("[scorecard]", FEATURES + "[scorecard]"))
    assert service.night(MONDAY).status == "completed"
    service.app.tenant("anna", active=1, tickets=-1)
    service.app.tenant("new")
    service.app.forget("dora")
    yield service
    service.store.close()


def contents(service: Service) -> dict[str, list[str]]:
    """Every row of every table but those that tell of runs."""
    with service.store.read() as connection:
        return {
            table.name: sorted(map(str, connection.execute(sa.select(table))))
            for table in metadata.sorted_tables
            if table.name not in ABOUT_RUNS
        }


def break_after(monkeypatch, module: str, name: str) -> None:
    """Let a step of the publication do its work, and fail then, the first time."""
    home = getattr(publication, module)
    original, failed = getattr(home, name), []

    def broken(*arguments, **more):
        result = original(*arguments, **more)
        if not failed:
            failed.append(True)
            raise RuntimeError("the power went")
        return result

    monkeypatch.setattr(home, name, broken)


@pytest.mark.parametrize(("module", "name"), STEPS)
def test_a_publication_that_fails_in_the_middle_leaves_everything_as_it_was(
    service, monkeypatch, module, name
):
    before = contents(service)
    break_after(monkeypatch, module, name)
    run = service.night(MONDAY + timedelta(days=1))
    after = contents(service)
    assert (run.status, run.outcome) == ("failed", None)
    assert "the power went" not in run.failure
    assert after == before
    again = service.night(MONDAY + timedelta(days=1))
    assert (again.status, again.counts["tenants"], service.score("anna").overall) == ("completed", 4, 10)


def test_a_failure_of_the_trends_of_later_dates_publishes_nothing(service, monkeypatch):
    before = contents(service)

    def broken(*_args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(publication, "retrend", broken)
        assert service.night(MONDAY - timedelta(days=1)).status == "failed"
    assert contents(service) == before
