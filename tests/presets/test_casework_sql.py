"""Golden figures of the preset's queries on hand-made tenants, on both dialects."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from client_health.presets import PRESETS, Preset, load_preset
from tests.casework.builder import AS_OF, LONG_AGO, MS, Casework
from tests.databases import (
    SAMPLE,
    PostgresServer,
    casework_postgresql,
    casework_sqlite,
    load_csv_directory,
    sqlite_instant,
)

START = AS_OF - timedelta(days=30)
FEATURE_START = AS_OF - timedelta(days=90)
DAY_START = datetime(2026, 3, 1, tzinfo=UTC)
YESTERDAY = AS_OF - timedelta(days=1)
IN_WINDOW = AS_OF - timedelta(days=10)
BEFORE_WINDOW = AS_OF - timedelta(days=40)
USAGE = (
    "login",
    "case_resolution",
    "campaign_completion",
    "feature_adoption",
    "support_tickets",
    "days_to_close",
)
TRACKED = (
    "HOTLINE_INTAKE",
    "WEB_INTAKE",
    "CASE_MANAGEMENT",
    "INVESTIGATIONS",
    "AI_ASSISTANT",
    "CUSTOM_WORKFLOWS",
    "CUSTOM_DASHBOARDS",
    "POLICY_MANAGEMENT",
    "COI_CAMPAIGNS",
    "ATTESTATION_CAMPAIGNS",
    "GIFT_DISCLOSURES",
    "SSO_ENABLED",
    "HRIS_INTEGRATION",
    "API_USAGE",
)

Figures = dict[str, dict[str, float]]


def preset_for(url: str) -> Preset:
    return load_preset("casework", "sqlite" if url.startswith("sqlite") else "postgresql")


def ask(url: str, sql: str, **binds: Any) -> list[dict[str, Any]]:
    """Run one statement as the collector does: zone UTC, instants in the dialect's form."""
    postgresql = not url.startswith("sqlite")
    address = make_url(url).set(drivername="postgresql+psycopg") if postgresql else make_url(url)
    engine = create_engine(address, connect_args={"options": "-c timezone=UTC"} if postgresql else {})
    if not postgresql:
        binds = {name: sqlite_instant(v) if isinstance(v, datetime) else v for name, v in binds.items()}
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), binds).mappings()]
    finally:
        engine.dispose()


def binds_of(
    sql: str, as_of: datetime = AS_OF, window: timedelta = timedelta(days=30)
) -> dict[str, datetime]:
    """The instants that `sql` names."""
    instants = {"as_of": as_of, "window_start": as_of - window, "day_start": DAY_START}
    return {name: value for name, value in instants.items() if f":{name}" in sql}


def usage(url: str, key: str, as_of: datetime = AS_OF) -> Figures:
    """The measures of one usage query by tenant."""
    query = preset_for(url).usage[key]
    window = timedelta(days=int(query.settings.get("window_days", 30)))
    rows = ask(url, query.sql, **binds_of(query.sql, as_of, window))
    figures = {row.pop("tenant_id"): {name: float(value) for name, value in row.items()} for row in rows}
    assert len(figures) == len(rows)
    return figures


def told(figures: Figures) -> Figures:
    """The tenants that have any figure but zeros: one that an answer leaves out has zeros in a run too."""
    return {tenant: row for tenant, row in figures.items() if any(row.values())}


@pytest.fixture
def db(casework_url: str) -> Casework:
    return Casework(casework_url)


def saved(db: Casework, key: str) -> Figures:
    db.save()
    return usage(str(db.target), key)


def on_time_and_verdict(db: Casework) -> dict[str, tuple[float, float]]:
    tenants = [row["id"] for row in db.rows["organizations"]]
    figures = saved(db, "case_resolution")
    told = {tenant: (row["cases_on_time"], row["cases_with_verdict"]) for tenant, row in figures.items()}
    return dict.fromkeys(tenants, (0, 0)) | told  # who is left out has zeros, as in a run


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


class TestCaseResolution:
    def test_a_case_is_on_time_unless_one_of_its_investigations_is_overdue(self, db: Casework) -> None:
        db.tenant("punctual").case().investigation(IN_WINDOW).investigation(IN_WINDOW, sla="WARNING")
        db.tenant("late").case().investigation(IN_WINDOW).investigation(IN_WINDOW, sla="OVERDUE")
        assert on_time_and_verdict(db) == {"punctual": (1, 1), "late": (0, 1)}

    @pytest.mark.parametrize(
        ("closed", "counted"), [(START - MS, 0), (START, 1), (AS_OF - MS, 1), (AS_OF, 0), (AS_OF + MS, 0)]
    )
    def test_the_window_holds_its_start_and_not_its_end(
        self, db: Casework, closed: datetime, counted: int
    ) -> None:
        db.tenant("by-investigation").case().investigation(closed)
        db.tenant("by-outcome").case(outcome=closed).investigation()
        db.tenant("by-update").case(updated=closed).investigation()
        assert set(on_time_and_verdict(db).values()) == {(counted, counted)}

    def test_the_latest_closed_investigation_dates_the_case(self, db: Casework) -> None:
        db.tenant("in").case(outcome=BEFORE_WINDOW).investigation(BEFORE_WINDOW).investigation(IN_WINDOW)
        db.tenant("out").case(outcome=IN_WINDOW).investigation(BEFORE_WINDOW).investigation()
        assert on_time_and_verdict(db) == {"in": (1, 1), "out": (0, 0)}

    def test_the_outcome_dates_a_case_whose_investigations_are_not_closed(self, db: Casework) -> None:
        db.tenant("in").case(outcome=IN_WINDOW, updated=BEFORE_WINDOW).investigation()
        db.tenant("out").case(outcome=BEFORE_WINDOW, updated=IN_WINDOW).investigation()
        assert on_time_and_verdict(db) == {"in": (1, 1), "out": (0, 0)}

    def test_the_last_change_dates_a_case_without_any_other_instant(self, db: Casework) -> None:
        db.tenant("in").case(updated=IN_WINDOW).investigation()
        db.tenant("out").case(updated=BEFORE_WINDOW).investigation()
        assert on_time_and_verdict(db) == {"in": (1, 1), "out": (0, 0)}

    def test_editing_an_old_case_does_not_move_its_close_date(self, db: Casework) -> None:
        db.tenant("investigated").case(updated=YESTERDAY).investigation(BEFORE_WINDOW)
        db.tenant("decided").case(outcome=BEFORE_WINDOW, updated=YESTERDAY).investigation()
        assert on_time_and_verdict(db) == {"investigated": (0, 0), "decided": (0, 0)}

    def test_merged_cases_do_not_count_anywhere(self, db: Casework) -> None:
        db.tenant("closed").case("OPEN").case(outcome=DAY_START, merged=True).investigation(DAY_START)
        tenant = db.tenant("open").case("OPEN")
        tenant.case("OPEN", created=DAY_START, merged=True).investigation(sla="OVERDUE")
        figures = saved(db, "case_resolution")
        assert {value for row in figures.values() for value in row.values()} == {0}

    def test_a_closed_case_without_an_investigation_has_no_verdict_but_is_closed_today(
        self, db: Casework
    ) -> None:
        db.tenant("quick").case(outcome=DAY_START).case(outcome=IN_WINDOW)
        row = saved(db, "case_resolution")["quick"]
        assert (row["cases_on_time"], row["cases_with_verdict"], row["cases_closed_today"]) == (0, 0, 1)

    @pytest.mark.parametrize("status", ["NEW", "OPEN"])
    def test_an_overdue_open_case_counts_as_late_however_old_it_is(self, db: Casework, status: str) -> None:
        rotting = db.tenant("rotting")
        for _ in range(40):
            rotting.case(status).investigation(sla="OVERDUE").investigation()
        rotting.case().investigation(IN_WINDOW)
        row = saved(db, "case_resolution")["rotting"]
        assert (row["cases_on_time"], row["cases_with_verdict"], row["cases_overdue"]) == (1, 41, 40)

    def test_an_open_case_in_time_does_not_count(self, db: Casework) -> None:
        db.tenant("busy").case("OPEN").investigation().investigation(sla="WARNING").case("NEW")
        assert on_time_and_verdict(db) == {"busy": (0, 0)}

    @pytest.mark.parametrize(("created", "counted"), [(AS_OF - MS, 1), (AS_OF, 0)])
    def test_an_overdue_open_case_counts_once_it_exists(
        self, db: Casework, created: datetime, counted: int
    ) -> None:
        db.tenant("fresh").case("OPEN", created=created).investigation(sla="OVERDUE")
        row = saved(db, "case_resolution")["fresh"]
        assert (row["cases_with_verdict"], row["cases_overdue"]) == (counted, counted)

    @pytest.mark.parametrize(
        ("instant", "counted"), [(DAY_START - MS, 0), (DAY_START, 1), (AS_OF - MS, 1), (AS_OF, 0)]
    )
    def test_today_holds_the_start_of_the_day_and_not_as_of(
        self, db: Casework, instant: datetime, counted: int
    ) -> None:
        db.tenant("today").case("NEW", created=instant).case(outcome=instant)
        row = saved(db, "case_resolution")["today"]
        assert (row["cases_created_today"], row["cases_closed_today"]) == (counted, counted)


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


class TestDaysToClose:
    def test_the_median_of_an_odd_and_of_an_even_number_of_cases(self, db: Casework) -> None:
        for name, days in (("odd", (1, 20, 4)), ("even", (1, 2, 5, 90)), ("one", (0.5,))):
            tenant = db.tenant(name)
            for n in days:
                tenant.case(created=IN_WINDOW - timedelta(days=n)).investigation(IN_WINDOW)
        expected = {"odd": 4, "even": 3.5, "one": 0.5}
        assert saved(db, "days_to_close") == {
            name: {"days_to_close": days} for name, days in expected.items()
        }

    def test_a_case_closes_with_its_investigation_else_its_outcome_else_its_last_change(
        self, db: Casework
    ) -> None:
        created = IN_WINDOW - timedelta(days=5)
        db.tenant("outcome").case(created=created, outcome=IN_WINDOW, updated=YESTERDAY)
        db.tenant("update").case(created=created, updated=IN_WINDOW).investigation()
        investigated = db.tenant("investigation").case(created=created, outcome=YESTERDAY, updated=YESTERDAY)
        investigated.investigation(created).investigation(IN_WINDOW)
        assert {row["days_to_close"] for row in saved(db, "days_to_close").values()} == {5}

    def test_tenants_without_a_case_closed_in_the_window_are_left_out(self, db: Casework) -> None:
        db.tenant("before").case(outcome=START - MS)
        db.tenant("after").case(outcome=AS_OF)
        db.tenant("open").case("OPEN", outcome=IN_WINDOW).investigation(IN_WINDOW)
        db.tenant("merged").case(outcome=IN_WINDOW, merged=True)
        db.tenant("edge").case(created=START - timedelta(days=2), outcome=START)
        assert saved(db, "days_to_close") == {"edge": {"days_to_close": 2}}

    def test_a_case_closed_before_its_creation_took_no_time(self, db: Casework) -> None:
        db.tenant("odd").case(created=YESTERDAY, outcome=IN_WINDOW)
        assert saved(db, "days_to_close") == {"odd": {"days_to_close": 0}}


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


needs_sample = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="casework_sample is not beside the repository and CASEWORK_SAMPLE is not set"
)


@pytest.fixture(scope="module")
def sample_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = casework_sqlite(tmp_path_factory.mktemp("sample") / "casework.db")
    load_csv_directory(url, SAMPLE)
    return url


@pytest.fixture(scope="module")
def sample_postgresql(postgres: PostgresServer) -> Iterator[str]:
    name = f"sample_{uuid4().hex}"
    url = casework_postgresql(postgres.create_database(name))
    load_csv_directory(url, SAMPLE)
    yield url
    postgres.drop_database(name)


def by_name(url: str, key: str) -> Figures:
    """The figures of one usage query by the name of the organization; those without a row are left out."""
    names = {row["id"]: row["name"] for row in ask(url, "select id, name from organizations")}
    return {names[tenant]: row for tenant, row in usage(url, key).items()}


@needs_sample
class TestSample:
    @pytest.mark.parametrize("key", USAGE)
    def test_both_dialects_give_the_same_figures(
        self, sample_sqlite: str, sample_postgresql: str, key: str
    ) -> None:
        figures = told(usage(sample_sqlite, key))
        assert figures
        assert figures == told(usage(sample_postgresql, key))

    def test_both_dialects_give_the_same_tenants(self, sample_sqlite: str, sample_postgresql: str) -> None:
        answers = []
        for url in (sample_sqlite, sample_postgresql):
            rows = ask(url, preset_for(url).tenants_sql)
            answers.append({row["tenant_id"]: row | {"since": str(row["since"])} for row in rows})
        assert answers[0] == answers[1]
        assert len(answers[0]) == 300

    @pytest.mark.parametrize(
        ("name", "active", "total"),
        [
            ("Edge 003 never-logged-in", 0, 12),
            ("Edge 004 login-at-window-start", 4, 4),
            ("Edge 005 login-1ms-before-window", 0, 4),
            ("Edge 006 login-at-now", 4, 4),
            ("Edge 007 login-in-future", 4, 4),
            ("Edge 008 login-mixed-disabled", 7, 10),
            ("Edge 015 login-half-7of2000", 7, 2000),
            ("Edge 017 login-1of1", 1, 1),
        ],
    )
    def test_logins_are_what_the_name_says(
        self, sample_sqlite: str, name: str, active: int, total: int
    ) -> None:
        assert by_name(sample_sqlite, "login")[name] == {"active_users": active, "total_users": total}

    @pytest.mark.parametrize(
        ("name", "on_time", "verdict", "overdue"),
        [
            ("Edge 019 all-overdue-open", 0, 40, 40),
            ("Edge 020 all-overdue-closed", 0, 30, 0),
            ("Edge 021 closed-no-investigation", 0, 0, 0),
            ("Edge 022 closed-half-no-investigation", 10, 10, 0),
            ("Edge 023 closed-mixed-investigations", 0, 9, 0),
            ("Edge 024 open-mixed-investigations", 3, 12, 9),
            ("Edge 025 closed-window-start", 3, 3, 0),
            ("Edge 026 closed-window-end", 0, 0, 0),
            ("Edge 028 merged-closed", 4, 4, 0),
            ("Edge 029 case-created-in-window-only", 0, 0, 0),
            ("Edge 035 case-half-9of10", 9, 10, 0),
        ],
    )
    def test_cases_are_what_the_name_says(
        self, sample_sqlite: str, name: str, on_time: int, verdict: int, overdue: int
    ) -> None:
        row = by_name(sample_sqlite, "case_resolution")[name]
        found = (row["cases_on_time"], row["cases_with_verdict"], row["cases_overdue"])
        assert found == (on_time, verdict, overdue)

    def test_the_one_campaign_edge_due_in_the_window_is_what_its_name_says(self, sample_sqlite: str) -> None:
        row = by_name(sample_sqlite, "campaign_completion")["Edge 051 camp-half-85of160"]
        assert row == {"assignments_completed": 85, "assignments_due": 160, "active_campaigns": 1}

    @pytest.mark.parametrize(
        ("name", "in_use"),
        [
            ("Edge 057 features-1", 1),
            ("Edge 058 features-8", 8),
            ("Edge 060 features-14", 14),
            ("Edge 062 features-over-14", 14),
            ("Edge 063 features-stale", 0),
        ],
    )
    def test_features_are_what_the_name_says(self, sample_sqlite: str, name: str, in_use: int) -> None:
        figures = by_name(sample_sqlite, "feature_adoption")
        assert figures[name] == {"features_in_use": in_use, "features_tracked": 14}
        assert "Edge 061 features-unknown-only" not in figures

    def test_tickets_are_what_the_name_says(self, sample_sqlite: str) -> None:
        figures = by_name(sample_sqlite, "support_tickets")
        assert figures["Edge 064 many-tickets"] == {"support_tickets": 14}
        assert figures["Edge 065 three-tickets"] == {"support_tickets": 3}
