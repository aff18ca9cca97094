"""Golden figures of the preset's queries on hand-made tenants, on both dialects."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.casework.builder import AS_OF, LONG_AGO, MS, Casework
from tests.databases import (
    casework_sqlite,
    sqlite_instant,
)
from tests.presets.asking import FEATURE_START, START, TRACKED, YESTERDAY, ask, preset_for, saved


def completed_and_due(db: Casework) -> dict[str, tuple[float, float]]:
    figures = saved(db, "campaign_completion")
    return {tenant: (row["assignments_completed"], row["assignments_due"]) for tenant, row in figures.items()}


class TestTenants:
    def test_only_active_organizations_are_tenants(self, db: Casework) -> None:
        db.tenant("acme", name="Acme", settings={"industrySector": "RETAIL", "employeeCount": 12})
        db.tenant("gone", active=False)
        db.save()
        (row,) = ask(str(db.target), preset_for(str(db.target)).tenants_sql)
        assert row.pop("since") in (LONG_AGO.replace(tzinfo=None), sqlite_instant(LONG_AGO))
        attributes = {"name": "Acme", "slug": "acme", "industry": "RETAIL", "employee_count": "12"}
        assert row == {"tenant_id": "acme"} | attributes

    @pytest.mark.parametrize(
        ("settings", "industry", "employees"),
        [
            ({}, None, None),
            ({"industrySector": None, "employeeCount": None}, None, None),
            ({"industrySector": 7, "employeeCount": "500"}, "7", "500"),
            ({"industrySector": True, "employeeCount": False}, "true", "false"),
            ({"industrySector": "", "employeeCount": 2.5}, "", "2.5"),
            ({"industrySector": [], "employeeCount": {}}, "[]", "{}"),
            ([], None, None),
        ],
    )
    def test_settings_of_any_type_come_out_as_text(
        self, db: Casework, settings: Any, industry: str | None, employees: str | None
    ) -> None:
        db.tenant("odd", settings=settings)
        db.save()
        (row,) = ask(str(db.target), preset_for(str(db.target)).tenants_sql)
        assert (row["industry"], row["employee_count"]) == (industry, employees)

    def test_settings_that_are_no_json_are_blank_on_sqlite(self, tmp_path: Path) -> None:
        db = Casework(casework_sqlite(tmp_path / "casework.db"))
        db.tenant("broken", settings="{not json")
        db.save()
        (row,) = ask(str(db.target), preset_for(str(db.target)).tenants_sql)
        assert (row["industry"], row["employee_count"]) == (None, None)


class TestLogin:
    def test_a_user_is_active_from_the_first_instant_of_the_window(self, db: Casework) -> None:
        db.tenant("edge").user(START).user(START - MS).user(START + MS)
        assert saved(db, "login") == {"edge": {"active_users": 2, "total_users": 3}}

    def test_a_login_at_or_after_as_of_counts(self, db: Casework) -> None:
        db.tenant("seen-since").user(AS_OF).user(AS_OF + MS).user(AS_OF + timedelta(days=7))
        assert saved(db, "login") == {"seen-since": {"active_users": 3, "total_users": 3}}

    def test_whoever_never_logged_in_counts_as_a_user_only(self, db: Casework) -> None:
        db.tenant("silent").users(3)
        assert saved(db, "login") == {"silent": {"active_users": 0, "total_users": 3}}

    def test_disabled_users_do_not_count_at_all(self, db: Casework) -> None:
        db.tenant("mixed").user(YESTERDAY).user(YESTERDAY, enabled=False)
        db.tenant("all-disabled").users(2, YESTERDAY, enabled=False)
        assert saved(db, "login") == {"mixed": {"active_users": 1, "total_users": 1}}


class TestCampaignCompletion:
    @pytest.mark.parametrize(("due", "counted"), [(START - MS, 0), (START, 1), (AS_OF - MS, 1), (AS_OF, 0)])
    def test_the_window_holds_its_start_and_not_its_end(
        self, db: Casework, due: datetime, counted: int
    ) -> None:
        db.tenant("edge").campaign().assignment(due=due)
        assert completed_and_due(db) == {"edge": (counted, counted)}

    @pytest.mark.parametrize("status", ["PENDING", "NOTIFIED", "IN_PROGRESS", "OVERDUE", "EXPIRED"])
    def test_an_assignment_that_is_not_completed_is_only_due(self, db: Casework, status: str) -> None:
        db.tenant("behind").campaign().assignment(status).assignment()
        assert completed_and_due(db) == {"behind": (1, 2)}

    def test_skipped_assignments_do_not_count(self, db: Casework) -> None:
        db.tenant("skipper").campaign().assignment("SKIPPED").assignment()
        assert completed_and_due(db) == {"skipper": (1, 1)}

    @pytest.mark.parametrize("status", ["DRAFT", "SCHEDULED", "CANCELLED"])
    def test_campaigns_that_were_not_launched_do_not_count(self, db: Casework, status: str) -> None:
        db.tenant("planner").campaign().campaign(status).assignment().assignment("PENDING")
        assert completed_and_due(db) == {"planner": (0, 0)}

    @pytest.mark.parametrize("status", ["ACTIVE", "PAUSED", "COMPLETED"])
    def test_campaigns_that_were_launched_count(self, db: Casework, status: str) -> None:
        db.tenant("runner").campaign(status).assignment().assignment("PENDING")
        assert completed_and_due(db) == {"runner": (1, 2)}

    def test_only_active_campaigns_are_active_now(self, db: Casework) -> None:
        tenant = db.tenant("campaigner").campaign().campaign().assignment().assignment()
        for status in ("DRAFT", "SCHEDULED", "PAUSED", "COMPLETED", "CANCELLED"):
            tenant.campaign(status)
        assert saved(db, "campaign_completion")["campaigner"]["active_campaigns"] == 2


class TestFeatureAdoption:
    def test_a_feature_is_in_use_for_ninety_days_to_the_millisecond(self, db: Casework) -> None:
        tenant = db.tenant("edge").feature("API_USAGE", FEATURE_START)
        tenant.feature("SSO_ENABLED", FEATURE_START - MS).feature("WEB_INTAKE", AS_OF + timedelta(days=7))
        assert saved(db, "feature_adoption") == {"edge": {"features_in_use": 2, "features_tracked": 14}}

    def test_all_fourteen_tracked_features_count(self, db: Casework) -> None:
        tenant = db.tenant("everything")
        for key in TRACKED:
            tenant.feature(key)
        assert saved(db, "feature_adoption")["everything"]["features_in_use"] == 14

    def test_keys_that_nobody_tracks_do_not_count(self, db: Casework) -> None:
        db.tenant("explorer").feature("BETA_THING").feature("API_USAGE")
        db.tenant("stranger").feature("BETA_THING")
        assert saved(db, "feature_adoption") == {"explorer": {"features_in_use": 1, "features_tracked": 14}}

    def test_the_feature_grid_lists_every_use(self, db: Casework) -> None:
        db.tenant("user").feature("API_USAGE", YESTERDAY)
        db.save()
        (row,) = ask(str(db.target), preset_for(str(db.target)).features_sql)
        assert list(row) == ["tenant_id", "feature_key", "first_used_at", "last_used_at"]
        assert (row["tenant_id"], row["feature_key"]) == ("user", "API_USAGE")
        assert row["last_used_at"] in (YESTERDAY.replace(tzinfo=None), sqlite_instant(YESTERDAY))


class TestSupportTickets:
    def test_the_window_holds_its_start_and_not_its_end(self, db: Casework) -> None:
        tenant = db.tenant("talkative")
        for opened in (START - MS, START, AS_OF - MS, AS_OF):
            tenant.ticket(opened)
        assert saved(db, "support_tickets") == {"talkative": {"support_tickets": 2}}
