"""The preset's figures of the sample that lies beside the repository."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.databases import (
    SAMPLE,
    PostgresServer,
    casework_postgresql,
    casework_sqlite,
    load_csv_directory,
)
from tests.presets.asking import USAGE, Figures, ask, preset_for, told, usage

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
