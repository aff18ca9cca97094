"""Which features are tracked, and what they are called."""

from typing import Any

import pytest

from client_health.settings.queries import FeaturesQuery
from client_health.usage.catalogue import Feature, as_words, tracked


def query(*catalogue: dict[str, Any]) -> FeaturesQuery:
    return FeaturesQuery.model_validate({"sql": "select 1", "catalogue": catalogue})


def test_the_catalogue_decides_what_is_tracked_and_in_which_order() -> None:
    found = tracked(query({"key": "SSO", "name": "Single sign-on", "category": "x"}, {"key": "API"}), ["OLD"])
    assert found == [Feature("SSO", "Single sign-on", "x"), Feature("API", "Api", None)]


def test_without_a_catalogue_every_known_key_is_tracked() -> None:
    found = tracked(query(), {"WEB_INTAKE", "API_USAGE"})
    assert found == [Feature("API_USAGE", "Api usage", None), Feature("WEB_INTAKE", "Web intake", None)]


def test_without_either_nothing_is_tracked() -> None:
    assert tracked(query(), ()) == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("CUSTOM_DASHBOARDS", "Custom dashboards"),
        ("customDashboards", "Custom dashboards"),
        ("custom-dashboards.v2", "Custom dashboards v2"),
        ("__sso__", "Sso"),
        ("Übersicht", "Übersicht"),
        ("---", "---"),
        ("7", "7"),
    ],
)
def test_a_key_is_read_as_words(key: str, words: str) -> None:
    assert as_words(key) == words
