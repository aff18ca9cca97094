"""Which features each tenant uses."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from client_health.errors import SourceError
from client_health.usage.features import FeatureUse, read_features
from tests.usage.cast import rows

COLUMNS = "tenant_id feature_key first_used_at last_used_at"
MAY = datetime(2024, 5, 1, tzinfo=UTC)


def read(*values: tuple[Any, ...]) -> Any:
    return read_features(rows(COLUMNS, *values), {"acme", "7"})


def test_a_use_is_read_in_utc() -> None:
    assert read(("acme", "SSO", "2024-05-01 00:00:00", date(2024, 5, 1))) == (
        [FeatureUse("acme", "SSO", MAY, MAY)],
        [],
    )


def test_a_use_may_have_no_dates() -> None:
    assert read((7, " SSO ", None, None)) == ([FeatureUse("7", "SSO", None, None)], [])


def test_features_of_other_tenants_are_left_out() -> None:
    assert read(("gone", "SSO", "nonsense", None)) == ([], [])


@pytest.mark.parametrize(
    "bad",
    [
        ("acme", None, None, None),
        ("acme", " ", None, None),
        ("acme", 5, None, None),
        ("acme", "S\0O", None, None),
        ("acme", "SSO", "x", None),
    ],
)
def test_an_unreadable_row_is_an_error_of_its_tenant(bad: tuple[Any, ...]) -> None:
    uses, (problem,) = read(bad, ("acme", "API", None, None))
    assert [use.feature_key for use in uses] == ["API"]
    assert (problem.severity, problem.query, problem.tenant_id) == ("error", "features", "acme")


def test_a_feature_told_twice_is_one() -> None:
    assert len(read(("acme", "SSO", None, None), ("acme", "SSO", None, MAY))[0]) == 1


def test_an_answer_without_its_columns_cannot_be_used() -> None:
    with pytest.raises(SourceError, match="returns no column feature_key, first_used_at; it returns"):
        read_features(rows("tenant_id last_used_at"), {"acme"})
