"""`backfill`: past dates, once each, never today."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest


def days(cli) -> list[tuple]:
    with sqlite3.connect(cli.folder / "store.db") as connection:
        return connection.execute(
            "select day, min(overall), count(*) from health_scores group by day order by day"
        ).fetchall()


def asked(cli) -> None:
    """Let the ticket query alone be answerable for the past, and weigh enough."""
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace('past = "missing"', 'past = "asked"'))


def test_backfill_scores_each_date_once_unless_told_to_replace(cli):
    asked(cli)
    assert cli("run", "--as-of", "2026-03-02").returncode == 0
    cli.app.tenant("anna", active=5)
    done = cli("backfill", "--from", "2026-03-01", "--to", "2026-03-03")
    assert done.returncode == 0, done.stderr
    assert days(cli) == [("2026-03-01", 70, 4), ("2026-03-02", 100, 4), ("2026-03-03", 70, 4)]
    assert "1 date is scored already" in done.stdout
    done = cli("backfill", "--from", "2026-03-02", "--to", "2026-03-02", "--replace")
    assert done.returncode == 0, done.stderr
    assert days(cli)[1] == ("2026-03-02", 70, 4)


def test_backfill_skips_dates_that_an_earlier_scorecard_version_scored_and_keeps_their_measures(cli):
    assert cli("run", "--as-of", "2026-03-02").returncode == 0
    usage = cli("export", "usage", "--date", "2026-03-02").stdout
    card = cli.folder / "scorecard.toml"
    card.write_text(card.read_text().replace("grace_days = 30", "grace_days = 20"))
    assert cli("scorecard", "publish").returncode == 0
    done = cli("backfill", "--from", "2026-03-02", "--to", "2026-03-02")
    assert "1 date is scored already" in done.stdout
    assert cli("export", "usage", "--date", "2026-03-02").stdout == usage


def test_backfill_leaves_out_what_is_state_and_says_so(cli):
    done = cli("backfill", "--from", "2026-03-01", "--to", "2026-03-01")
    assert (done.returncode, "usage.login" in done.stderr) == (0, True)
    with sqlite3.connect(cli.folder / "store.db") as connection:
        states = connection.execute("select distinct component_states from health_scores").fetchall()
    assert states == [("-v",)]


def test_backfill_refuses_what_is_not_over_or_makes_no_sense(cli):
    today = datetime.now(UTC).date()
    tomorrow = str(today + timedelta(days=1))
    for first, last, word in (
        ("2026-03-01", str(today), "not over"),
        ("2026-03-01", tomorrow, "not over"),
        ("2026-03-02", "2026-03-01", "before --from"),
        ("March", "2026-03-01", "--from"),
        ("2020-01-01", "2026-03-01", "in parts"),
    ):
        done = cli("backfill", "--from", first, "--to", last)
        assert (done.returncode, word in " ".join(done.stderr.split())) == (2, True), (first, last)
    assert days(cli) == []
    assert cli("backfill", "--from", "2026-03-01").returncode == 2


@pytest.mark.parametrize("table", ["orgs", "tickets"])
def test_a_backfill_whose_source_fails_is_1(cli, table):
    cli.app.break_table(table)
    assert cli("backfill", "--from", "2026-03-01", "--to", "2026-03-01").returncode == 1
    assert days(cli) == []
