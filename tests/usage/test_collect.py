"""One collection: the tenants, then each usage query once for all of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from client_health.errors import NoTenantsError, NotFoundError, SourceError
from client_health.settings import Settings
from client_health.sources.rows import Rows
from client_health.sources.statement import TenantRange
from client_health.usage.collect import CollectionFailedError, collect
from client_health.usage.features import FeatureUse
from client_health.usage.metrics import Collection
from tests.usage.cast import AS_OF, assignment, rows, settings

FLEET = rows("tenant_id name", ("acme", "Acme"), ("bolt", "Bolt"), ("cask", "Cask"))
LOGINS = rows("tenant_id logins users", ("acme", 1, 2), ("bolt", 3, 4), ("cask", 5, 6))
TICKETS = rows("tenant_id tickets", ("bolt", 9))
TWO = {"login": {"sql": "login"}, "tickets": {"sql": "tickets"}}


class Script:
    """A reader that answers each query by its text, and notes how it was asked."""

    def __init__(self, **answers: Rows | str) -> None:
        self.answers = answers
        self.session = SimpleNamespace(backend="postgresql")
        self.asked: dict[str, tuple[dict[str, Any], Sequence[TenantRange | None]]] = {}

    def read(
        self,
        sql: str,
        values: dict[str, Any],
        scopes: Sequence[TenantRange | None] = (None,),
        accept: Callable[[Rows], None] = lambda answer: None,
        label: str = "",
    ) -> tuple[Rows, int]:
        self.asked[sql] = values, scopes
        answer = self.answers[sql]
        if isinstance(answer, str):
            raise SourceError(answer)
        accept(answer)
        return answer, 1

    def scopes(self, sorted_ids: Sequence[Any]) -> list[TenantRange | None]:
        return [None]


def run(script: Script, configured: Settings | None = None, **assigned: Any) -> Collection:
    readers: Any = {"default": script, "desk": script}
    return collect(assignment(**assigned), configured or settings(), readers, lambda *_: None)


def values(collection: Collection) -> dict[str, list[float]]:
    return {name: column.tolist() for name, column in collection.metrics.values.items()}


def messages(collection: Collection) -> list[str]:
    return [str(problem) for problem in collection.problems]


def test_a_run_reads_every_tenant_and_every_measure() -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS))
    assert [tenant.name for tenant in collection.metrics.tenants] == ["Acme", "Bolt", "Cask"]
    assert values(collection) == {"logins": [1, 3, 5], "users": [2, 4, 6]}
    assert (collection.problems, collection.features) == ([], None)


def test_each_query_is_reported() -> None:
    tenants, login = run(Script(tenants=FLEET, login=LOGINS)).reports
    assert (tenants.name, tenants.rows, tenants.measures) == ("tenants", 3, ())
    assert (login.name, login.rows, login.measures, login.attempts) == (
        "usage.login",
        3,
        ("logins", "users"),
        1,
    )


def test_the_progress_counts_the_queries() -> None:
    told: list[tuple[str, int, int]] = []
    readers: Any = {"default": Script(tenants=FLEET, login=LOGINS, tickets=TICKETS)}
    collect(assignment(), settings(usage=TWO), readers, lambda *step: told.append(step))
    assert told == [("tenants", 0, 3), ("login", 1, 3), ("tickets", 2, 3)]


def test_a_query_gets_its_own_window_and_the_start_of_the_day() -> None:
    script = Script(tenants=FLEET, login=LOGINS)
    run(script, settings(usage={"login": {"sql": "login", "window_days": 90}}, timezone="Asia/Tokyo"))
    assert script.asked["login"][0] == {
        "as_of": AS_OF,
        "window_start": datetime(2025, 12, 2, tzinfo=UTC),
        "day_start": datetime(2026, 2, 28, 15, tzinfo=UTC),
    }


def test_a_failing_query_costs_its_measures_and_not_the_run() -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS, tickets="no such table"), settings(usage=TWO))
    assert set(collection.metrics.values) == {"logins", "users"}
    assert messages(collection) == ["usage.tickets: no such table"]
    assert collection.reports[2].failure == "no such table"


def test_a_failing_first_query_does_not_keep_the_others_from_being_asked() -> None:
    collection = run(Script(tenants=FLEET, login="timeout", tickets=TICKETS), settings(usage=TWO))
    assert values(collection) == {"tickets": [0, 9, 0]}


def test_if_every_query_fails_the_run_fails_and_says_how() -> None:
    with pytest.raises(CollectionFailedError, match="no usage query gave an answer") as caught:
        run(Script(tenants=FLEET, login="timeout", tickets="no such table"), settings(usage=TWO))
    assert "usage.login: timeout; usage.tickets: no such table" in str(caught.value)
    assert [report.failure for report in caught.value.reports] == [None, "timeout", "no such table"]


def test_a_failing_tenants_query_fails_the_run() -> None:
    with pytest.raises(SourceError, match="tenants: permission denied"):
        run(Script(tenants="permission denied", login=LOGINS))


def test_a_tenants_query_without_ids_fails_the_run() -> None:
    with pytest.raises(SourceError, match="tenants: returns no column tenant_id"):
        run(Script(tenants=rows("id", ("acme",)), login=LOGINS))


@pytest.mark.parametrize("nobody", [rows("tenant_id"), rows("tenant_id", (None,))])
def test_no_tenant_at_all_fails_the_run(nobody: Rows) -> None:
    with pytest.raises(NoTenantsError, match="nothing is scored and nothing is changed"):
        run(Script(tenants=nobody, login=LOGINS))


def test_a_measure_that_two_queries_return_is_the_first_ones() -> None:
    again = rows("tenant_id users tickets", ("acme", 99, 1))
    collection = run(Script(tenants=FLEET, login=LOGINS, tickets=again), settings(usage=TWO))
    assert values(collection)["users"] == [2, 4, 6]
    assert messages(collection) == ["usage.tickets: the measure users is already returned by usage.login"]
    assert "tickets" not in collection.metrics.values


def test_an_empty_answer_where_there_were_many_rows_has_failed() -> None:
    script = Script(tenants=FLEET, login=LOGINS, tickets=rows("tenant_id tickets"))
    collection = run(script, settings(usage=TWO), rows_before={"usage.tickets": 1200})
    assert "tickets" not in collection.metrics.values
    assert messages(collection) == ["usage.tickets: returned no row, where it returned 1,200 the last time"]


@pytest.mark.parametrize("before", [{}, {"usage.tickets": 5}, {"usage.login": 1200}])
def test_an_empty_answer_where_there_were_few_is_zeros(before: dict[str, int]) -> None:
    script = Script(tenants=FLEET, login=LOGINS, tickets=rows("tenant_id tickets"))
    assert values(run(script, settings(usage=TWO), rows_before=before))["tickets"] == [0, 0, 0]


def test_an_answer_of_the_wrong_shape_has_failed() -> None:
    collection = run(
        Script(tenants=FLEET, login=LOGINS, tickets=rows("org n", ("acme", 1))), settings(usage=TWO)
    )
    assert messages(collection) == ["usage.tickets: returns no column tenant_id; it returns org, n"]


def test_bad_values_are_problems_of_their_tenants() -> None:
    collection = run(Script(tenants=FLEET, login=rows("tenant_id logins", ("acme", None), ("bolt", 1))))
    assert np.isnan(collection.metrics.values["logins"][0])
    assert messages(collection) == [
        "usage.login, tenant acme, column logins: NULL; a number from 0 is required"
    ]


def test_absent_tenants_of_a_query_may_be_missing_instead_of_zero() -> None:
    usage = {**TWO, "tickets": {"sql": "tickets", "absent": "missing"}}
    collection = run(Script(tenants=FLEET, login=LOGINS, tickets=TICKETS), settings(usage=usage))
    assert np.isnan(collection.metrics.values["tickets"]).tolist() == [True, False, True]


STATE = {**TWO, "login": {"sql": "login", "past": "missing"}}


def test_a_query_of_present_state_is_left_out_for_a_past_date() -> None:
    script = Script(tenants=FLEET, login=LOGINS, tickets=TICKETS, features=rows("tenant_id"))
    configured = settings(usage=STATE, features={"sql": "features"})
    collection = run(script, configured, leave_out_past=True)
    assert set(script.asked) == {"tenants", "tickets"}
    assert set(collection.metrics.values) == {"tickets"}
    assert [report.left_out for report in collection.reports] == [False, True, False, True]
    assert [problem.severity for problem in collection.problems] == ["notice"]
    assert collection.features is None


def test_it_is_asked_for_the_present() -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS, tickets=TICKETS), settings(usage=STATE))
    assert set(collection.metrics.values) == {"logins", "users", "tickets"}


def test_a_past_date_for_which_nothing_can_be_asked_fails() -> None:
    with pytest.raises(CollectionFailedError):
        run(
            Script(tenants=FLEET, login=LOGINS),
            settings(usage={"login": STATE["login"]}),
            leave_out_past=True,
        )


NO_USES = rows("tenant_id feature_key first_used_at last_used_at")
USES = rows("tenant_id feature_key first_used_at last_used_at", ("acme", "SSO", None, None))
FEATURES = settings(features={"sql": "f"})


def test_features_are_read_for_the_tenants_of_the_run() -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS, f=USES), FEATURES)
    assert collection.features == [FeatureUse("acme", "SSO", None, None)]


def test_the_features_query_is_reported_after_the_usage_queries() -> None:
    reports = run(Script(tenants=FLEET, login=LOGINS, f=USES), FEATURES).reports
    assert [report.name for report in reports] == ["tenants", "usage.login", "features"]
    told = reports[2]
    assert (told.rows, told.measures, told.attempts, told.seconds, told.failure) == (1, (), 1, 0.1, None)


def test_its_answer_does_not_stand_in_for_that_of_a_usage_query() -> None:
    with pytest.raises(CollectionFailedError) as caught:
        run(Script(tenants=FLEET, login="timeout", f=USES), FEATURES)
    assert [report.name for report in caught.value.reports] == ["tenants", "usage.login"]


def test_no_feature_use_where_there_was_much_has_failed() -> None:
    script = Script(tenants=FLEET, login=LOGINS, f=NO_USES)
    collection = run(script, FEATURES, rows_before={"features": 900})
    assert collection.features is None
    assert collection.reports[2].failure == "returned no row, where it returned 900 the last time"


@pytest.mark.parametrize("assigned", [{"rows_before": {"features": 5}}, {}])
def test_no_feature_use_where_there_was_little_is_an_answer(assigned: dict[str, Any]) -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS, f=NO_USES), FEATURES, **assigned)
    assert (collection.features, collection.reports[2].failure) == ([], None)


def test_a_named_tenant_may_use_nothing_whatever_the_fleet_does() -> None:
    script = Script(tenants=FLEET, login=LOGINS, f=NO_USES)
    collection = run(script, FEATURES, tenant_ids=("bolt",), rows_before={"features": 900})
    assert (collection.features, collection.reports[2].failure) == ([], None)


@pytest.mark.parametrize("answer", ["timeout", rows("tenant_id", ("acme",))])
def test_a_failing_features_query_costs_only_the_features(answer: Rows | str) -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS, f=answer), FEATURES)
    assert collection.features is None
    assert collection.reports[2].failure
    assert set(collection.metrics.values) == {"logins", "users"}
    assert [problem.query for problem in collection.problems] == ["features"]


def test_named_tenants_are_asked_for_one_by_one() -> None:
    script = Script(tenants=FLEET, login=LOGINS)
    collection = run(script, tenant_ids=("cask", "acme"))
    assert [tenant.tenant_id for tenant in collection.metrics.tenants] == ["acme", "cask"]
    assert script.asked["login"][1] == [TenantRange("acme", "acme"), TenantRange("cask", "cask")]
    assert values(collection)["logins"] == [1, 5]
    assert collection.problems == []


def test_a_named_tenant_that_is_not_active_is_an_error_and_the_others_are_scored() -> None:
    collection = run(Script(tenants=FLEET, login=LOGINS), tenant_ids=("acme", "gone"))
    assert [tenant.tenant_id for tenant in collection.metrics.tenants] == ["acme"]
    assert messages(collection) == ["tenants, tenant gone: no such active tenant; not scored"]


def test_if_no_named_tenant_is_active_there_is_nothing_to_do() -> None:
    with pytest.raises(NotFoundError, match="the tenants query returns no active tenant gone, left"):
        run(Script(tenants=FLEET, login=LOGINS), tenant_ids=("gone", "left"))


def test_an_empty_answer_for_a_named_tenant_is_zeros_whatever_the_fleet_had() -> None:
    script = Script(tenants=FLEET, login=rows("tenant_id logins"))
    collection = run(script, tenant_ids=("acme",), rows_before={"usage.login": 1200})
    assert values(collection) == {"logins": [0]}


def test_many_named_tenants_are_asked_for_as_a_fleet() -> None:
    fleet = rows("tenant_id", *((f"t{number}",) for number in range(30)))
    script = Script(tenants=fleet, login=LOGINS)
    run(script, tenant_ids=tuple(f"t{number}" for number in range(21)))
    assert script.asked["login"][1] == [None]
