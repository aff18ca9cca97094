"""Explanations across a change of the scorecard: what was told at the time, and what is comparable."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest

from client_health.errors import ConflictError
from client_health.explanations.service import TenantExplanation, explain_tenant
from client_health.store import history
from client_health.store.history import View
from tests.api.conftest import open_api
from tests.cast import MONDAY, Service, make_service
from tests.jobs.publishing import OTHER, publish
from tests.replay.cast import MINING, NAMES, Past, make_segmented, set_of

DAY = timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """Anna falls under the old version and once more under the new one."""
    service = make_service(tmp_path, store_url)
    service.app.tenant("anna", active=9, tickets=1)
    service.nights(MONDAY, 2)
    publish(service, set_of(tmp_path, OTHER))
    service.app.tenant("anna", active=6, tickets=4)
    service.nights(MONDAY + 2 * DAY, 2)
    yield service
    service.store.close()


def explained(
    service: Service, tenant: str, first: date, last: date, view: View = "comparable"
) -> TenantExplanation:
    with service.store.read() as connection:
        return explain_tenant(connection, tenant, first, last, view)


def sum_of_parts(told: TenantExplanation) -> Decimal:
    found = told.explanation
    parts = sum((part.points for part in found.parts), Decimal())
    return parts + found.scorecard + found.availability + found.rounding


def test_as_reported_a_part_of_the_change_is_the_scorecard(service):
    told = explained(service, "anna", MONDAY, MONDAY + 3 * DAY, "reported")
    found = told.explanation
    # v1: 0.6 × 90 + 0.4 × 90; v2: 0.3 × 60 + 0.7 × 50
    assert (found.score_from, found.score_to, found.change) == (90, 53, -37)
    assert sum_of_parts(told) == found.change
    # Under either version the figures took 30 points (90 → 60, 83 → 53): the other 7 are its doing.
    assert found.scorecard == Decimal("-7.00")
    assert [(part.key, part.points) for part in found.parts] == [
        ("login", Decimal("-13.50")),
        ("tickets", Decimal("-16.50")),
    ]


def test_what_is_comparable_does_not_change_with_the_scorecard(service):
    told = explained(service, "anna", MONDAY, MONDAY + 3 * DAY)
    found = told.explanation
    assert (told.before.published.label, told.after.published.label) == ("small v2", "small v2")
    assert (found.score_from, found.score_to, found.scorecard) == (83, 53, 0)
    assert sum_of_parts(told) == found.change


def test_over_the_date_of_the_change_alone_all_is_the_scorecard(service):
    told = explained(service, "ben", MONDAY + DAY, MONDAY + 2 * DAY, "reported")
    found = told.explanation
    assert (found.score_from, found.score_to) == (100, 93)
    assert (found.scorecard, found.availability, [part.points for part in found.parts]) == (-7, 0, [0, 0])


def test_the_answer_names_both_versions(service):
    api = open_api(service)
    asked = {"from": str(MONDAY), "to": str(MONDAY + 3 * DAY)}
    body = api.get("/anna/explanation", view="reported", **asked)
    assert body["scorecard"] == {
        "points": -7,
        "sentence": "The scorecard changed from small v1 to small v2: −7 points.",
    }
    points = [part["points"] for part in body["components"]]
    points += [body["scorecard"]["points"], body["availability"]["points"], body["rounding"]]
    assert sum(Decimal(str(one)) for one in points) == body["scoreTo"] - body["scoreFrom"] == body["change"]
    comparable = api.get("/anna/explanation", **asked)
    assert comparable["scorecard"] == {"points": 0, "sentence": "The scorecard is the same, small v2."}
    assert comparable == api.get("/anna/explanation", view="comparable", **asked)
    assert api.ask("GET", "/anna/explanation", params={"view": "other"}).status_code == 422


VIEWS: tuple[View, ...] = ("comparable", "reported")


def test_whatever_happened_the_parts_sum_to_the_change_of_the_scores_that_are_shown(tmp_path, store_url):
    service = make_segmented(tmp_path, store_url)
    past = Past(service, 21)
    past.live(8)
    changed = MINING.replace("[[0, 10], [0.3, 70], [1, 90]]", "[[0, 0], [0.4, 100]]")
    publish(service, set_of(tmp_path, changed, OTHER))
    past.live(8, MONDAY + 8 * DAY)
    for view in VIEWS:
        told = [
            explanation
            for name in NAMES
            for first, last in ((0, 5), (0, 15), (3, 4), (6, 9), (9, 15))
            if (explanation := _explained(service, name, first, last, view)) is not None
        ]
        assert len(told) > 20
        for one in told:
            assert sum_of_parts(one) == one.explanation.change == _shown(service, one, view)
            assert abs(one.explanation.rounding) <= Decimal("1.05")
        assert any(one.explanation.scorecard for one in told) == (view == "reported")
    service.store.close()


def _explained(service: Service, name: str, first: int, last: int, view: View) -> TenantExplanation | None:
    """None where there are no two scores to compare."""
    with suppress(ConflictError):
        return explained(service, name, MONDAY + first * DAY, MONDAY + last * DAY, view)
    with pytest.raises(ConflictError, match=r"no two scores|no score to explain"):
        explained(service, name, MONDAY + first * DAY, MONDAY + last * DAY, view)
    return None


def _shown(service: Service, told: TenantExplanation, view: View) -> int:
    """The change as the points of the history show it."""
    one = service.score(told.tenant.tenant_id)
    with service.store.read() as connection:
        points = history.of_tenant(connection, one.id, one.scorecard, MONDAY, one.day).view(view)
    shown = {row.day: row.overall for row in points}
    return shown[told.after.row.day] - shown[told.before.row.day]
