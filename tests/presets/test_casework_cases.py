"""Golden figures of cases and investigations: resolved on time, days to close."""

from datetime import datetime, timedelta

import pytest

from tests.casework.builder import AS_OF, MS, Casework
from tests.presets.asking import BEFORE_WINDOW, DAY_START, IN_WINDOW, START, YESTERDAY, saved


def on_time_and_verdict(db: Casework) -> dict[str, tuple[float, float]]:
    tenants = [row["id"] for row in db.rows["organizations"]]
    figures = saved(db, "case_resolution")
    told = {tenant: (row["cases_on_time"], row["cases_with_verdict"]) for tenant, row in figures.items()}
    return dict.fromkeys(tenants, (0, 0)) | told  # who is left out has zeros, as in a run


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
