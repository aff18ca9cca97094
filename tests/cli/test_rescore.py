"""`rescore`: stored dates scored anew under what is in force, without asking the application."""

import sqlite3

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_scorecard import publish, said
from tests.jobs.publishing import OTHER


@pytest.fixture
def nights(cli) -> Cli:
    """Three nights on which all was well."""
    for number in (1, 2, 3):
        assert cli("run", "--as-of", f"2026-03-0{number}").returncode == 0
    return cli


def rows(cli: Cli, sql: str) -> list[tuple]:
    with sqlite3.connect(cli.folder / "store.db") as connection:
        return connection.execute(sql).fetchall()


def mend(cli: Cli) -> None:
    """Put the stored usage of 2 March right, behind the program's back: Anna had 5 of 10 active users."""
    cli.app.tenant("anna", active=5)
    scratch = "2026-02-01"
    assert cli("run", "--as-of", scratch).returncode == 0
    with sqlite3.connect(cli.folder / "store.db") as connection:
        connection.execute(
            "update usage_metrics set measures = (select u.measures from usage_metrics u where u.day = ? and "
            "u.tenant = usage_metrics.tenant) where day = '2026-03-02'",
            (scratch,),
        )
    connection.close()


def scores(cli: Cli) -> list[tuple]:
    return rows(
        cli,
        "select day, overall, trend, baseline_score, scorecard from health_scores h "
        "join tenants t on t.id = h.tenant where tenant_id = 'anna' and day >= '2026-03' "
        "order by day, scorecard",
    )


def test_dates_are_scored_anew_from_stored_usage_and_later_trends_follow(nights):
    mend(nights)
    before = scores(nights)
    nights.app.path.unlink()
    done = nights("rescore", "--from", "2026-03-02", "--to", "2026-03-02")
    assert done.returncode == 0, done.stderr
    assert "1 dates, 4 scores under small v1 in" in said(done)
    assert scores(nights) == [
        before[0],
        ("2026-03-02", 70, "DECLINING", 100, 1),
        before[2],
    ]
    assert nights("explain", "anna", "--to", "2026-03-02", "--from", "2026-03-01").returncode == 0


def test_only_the_dates_that_were_asked_for_are_scored(nights):
    mend(nights)
    nights("rescore", "--from", "2026-03-03", "--to", "2026-03-31")
    assert [row[1] for row in scores(nights)] == [100, 100, 100]
    nights("rescore", "--from", "2026-01-01", "--to", "2026-03-02")
    assert [row[1] for row in scores(nights)] == [100, 70, 100]


def test_scores_of_before_under_other_versions_stay(nights):
    publish(nights, OTHER)
    mend(nights)
    nights("rescore", "--from", "2026-03-01", "--to", "2026-03-03")
    assert [(day, overall, version) for day, overall, _, _, version in scores(nights)] == [
        ("2026-03-01", 100, 1),
        ("2026-03-01", 93, 2),
        ("2026-03-02", 100, 1),
        ("2026-03-02", 78, 2),
        ("2026-03-03", 100, 1),
        ("2026-03-03", 93, 2),
    ]
    assert rows(
        nights, "select distinct scorecard from health_scores where is_reported and day >= '2026-03'"
    ) == [(1,)]


def test_dates_without_scores_are_no_fault(nights):
    done = nights("rescore", "--from", "2025-01-01", "--to", "2025-01-31")
    assert (done.returncode, "0 dates, 0 scores" in said(done)) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--from", "2026-03-02", "--to", "2026-03-01"], "before --from"),
        (["--from", "soon", "--to", "2026-03-01"], "--from"),
        (["--from", "2026-03-01", "--to", "2026-02-30"], "--to"),
        (["--from", "2026-03-01"], "--to"),
    ],
)
def test_dates_that_make_no_sense_are_2(cli, arguments, word):
    done = cli("rescore", *arguments)
    assert (done.returncode, word in said(done)) == (2, True)
    assert rows(cli, "select * from runs") == []


def test_the_run_is_listed_with_what_it_did(nights):
    nights("rescore", "--from", "2026-03-01", "--to", "2026-03-03")
    found = rows(
        nights, "select kind, status, outcome, score_date, scorecard_set from runs where kind = 'rescore'"
    )
    assert found == [("rescore", "completed", "clean", "2026-03-03", 1)]
    assert "completed" in nights("status").stdout
