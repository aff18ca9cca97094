"""What the preset consists of, and how its queries reach the tables."""

import re
from typing import Any

import pytest

from client_health.presets import PRESETS, load_preset
from tests.casework.builder import Casework
from tests.presets.asking import (
    IN_WINDOW,
    TRACKED,
    USAGE,
    YESTERDAY,
    ask,
    binds_of,
    preset_for,
    usage,
)


class TestPreset:
    def test_an_unknown_preset_is_named_with_the_choices(self) -> None:
        with pytest.raises(ValueError, match=r"unknown preset 'crm': choose one of casework"):
            load_preset("crm", "sqlite")

    def test_an_unknown_dialect_is_named_with_the_choices(self) -> None:
        with pytest.raises(ValueError, match="no dialect 'oracle'"):
            load_preset("casework", "oracle")  # type: ignore[arg-type]

    def test_settings_differ_from_the_defaults_only_where_the_data_demands_it(self) -> None:
        settings = {key: query.settings for key, query in load_preset("casework", "sqlite").usage.items()}
        assert settings == {key: {} for key in USAGE} | {
            "login": {"past": "missing"},
            "feature_adoption": {"past": "missing", "window_days": 90},
            "days_to_close": {"absent": "missing"},
        }

    @pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
    def test_the_catalogue_holds_the_features_that_the_adoption_query_counts(self, dialect: Any) -> None:
        preset = load_preset("casework", dialect)
        assert tuple(feature.key for feature in preset.catalogue) == TRACKED
        assert tuple(re.findall(r"'([A-Z_]+)'", preset.usage["feature_adoption"].sql)) == TRACKED
        categories = dict.fromkeys(feature.category for feature in preset.catalogue)
        assert list(categories) == ["core", "advanced", "campaigns", "integrations"]
        assert all(feature.name for feature in preset.catalogue)

    @pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
    def test_every_statement_says_what_it_measures_and_stands_alone(self, dialect: Any) -> None:
        preset = load_preset(PRESETS[0], dialect)
        for sql in (preset.tenants_sql, preset.features_sql, *(query.sql for query in preset.usage.values())):
            assert sql.startswith("-- ")
            assert ";" not in sql
            comments = "".join(re.findall(r"^--.*$", sql, re.MULTILINE))
            assert not set(comments) & set(":'%")


def test_an_empty_application_has_no_figures(casework_url: str) -> None:
    assert [usage(casework_url, key) for key in USAGE] == [{}] * len(USAGE)


NESTED = ("case_resolution", "campaign_completion", "days_to_close")  # SQLite reads these whole


@pytest.mark.parametrize("key", USAGE)
def test_a_range_of_tenants_is_pushed_down_to_the_tables(casework_url: str, key: str) -> None:
    db = Casework(casework_url)
    for n in range(100):
        tenant = db.tenant(f"t{n:03}").user(YESTERDAY).case(outcome=IN_WINDOW).investigation(IN_WINDOW)
        tenant.ticket().campaign().assignment().feature("API_USAGE")
    db.save()
    query = preset_for(casework_url).usage[key].sql
    sharded = f"select * from ({query}) as q where tenant_id between 't010' and 't019'"
    assert len(ask(casework_url, sharded, **binds_of(query))) == 10
    explain = "explain query plan " if casework_url.startswith("sqlite") else "explain "
    plan = [str(list(row.values())[-1]) for row in ask(casework_url, explain + sharded, **binds_of(query))]
    conditions = [line for line in plan if re.search(r"organization_id ?>", line)]
    reaches_the_tables = not (casework_url.startswith("sqlite") and key in NESTED)
    assert bool(conditions) is reaches_the_tables
    assert not [line for line in conditions if "_case.organization_id" in line]
