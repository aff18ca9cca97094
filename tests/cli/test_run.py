"""`run`: what it scores, what it prints, how it ends."""

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Cli


def rows(cli: Cli, sql: str) -> list[tuple]:
    with sqlite3.connect(cli.folder / "store.db") as connection:
        return connection.execute(sql).fetchall()


def said(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_a_clean_run_is_0_and_scores_the_last_closed_day(cli_on_both):
    yesterday = str((datetime.now(UTC) - timedelta(days=1)).date())
    done = cli_on_both.installed("run")
    assert done.returncode == 0, done.stderr
    assert f"4 of 4 tenants scored for {yesterday}" in said(done)
    assert "LOW 4" in done.stdout
    assert "at work" in done.stdout
    assert "%" in done.stderr  # progress lines, one below the other
    assert "%" not in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_json_is_one_object_alone_on_standard_output(cli):
    done = cli.installed("run", "--json", "--as-of", "2026-03-01")
    job = json.loads(done.stdout)
    assert (done.returncode, job["status"], job["outcome"], job["scoreDate"]) == (
        0,
        "completed",
        "clean",
        "2026-03-01",
    )
    assert (job["asOf"], job["counts"]["scored"], job["errors"]) == ("2026-03-02T00:00:00Z", 4, [])
    cli.app.break_table("orgs")
    done = cli("run", "--json", "--as-of", "2026-03-02")
    job = json.loads(done.stdout)
    assert (done.returncode, job["status"], job["failure"].startswith("tenants: ")) == (1, "failed", True)


def test_as_of_takes_a_date_or_an_instant_in_the_configured_zone(cli):
    config = cli.folder / "client-health.toml"
    config.write_text('timezone = "Asia/Tokyo"\n' + config.read_text())
    tokyo = cli.run_json("--as-of", "2026-03-01")
    assert (tokyo["scoreDate"], tokyo["asOf"]) == ("2026-03-01", "2026-03-01T15:00:00Z")
    naive = cli.run_json("--as-of", "2026-03-02T02:00")
    assert (naive["scoreDate"], naive["asOf"]) == ("2026-03-02", "2026-03-01T17:00:00Z")
    aware = cli.run_json("--as-of", "2026-03-05T00:00:00+09:00")
    assert (aware["scoreDate"], aware["asOf"]) == ("2026-03-04", "2026-03-04T15:00:00Z")


def test_now_scores_today(cli):
    before = datetime.now(UTC)
    job = cli.run_json("--now")
    assert before <= datetime.fromisoformat(job["asOf"]) <= datetime.now(UTC)
    assert job["scoreDate"] in {str(before.date()), str(datetime.now(UTC).date())}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--now", "--as-of", "2026-03-01"],
        ["--as-of", "yesterday"],
        ["--as-of", "2026-02-30"],
        ["--as-of", "9999-12-31"],
        ["--as-of", ""],
    ],
)
def test_options_that_make_no_sense_are_2_and_store_nothing(cli, arguments):
    done = cli("run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--as-of" in done.stderr
    assert rows(cli, "select * from runs") == []


def test_tenants_may_be_named_one_by_one(cli):
    job = cli.run_json("--tenant", "anna", "--tenant", "ben", "--tenant", "anna", "--as-of", "2026-03-01")
    assert (job["kind"], job["organizationIds"], job["counts"]["scored"]) == ("tenants", ["anna", "ben"], 2)
    done = cli("run", "--tenant", "anna", "--tenant", "nobody")
    assert (done.returncode, "nobody" in done.stderr) == (3, True)
    assert cli("run", "--tenant", "nobody").returncode == 1


def test_a_run_with_errors_is_3_and_names_them(cli):
    cli.app.tenant("ben", active=-1)
    cli.app.break_table("tickets")
    done = cli("run")
    assert done.returncode == 3
    for word in ("usage.login", "ben", "active_users", "usage.tickets"):
        assert word in done.stderr
    assert "4 of 4" not in done.stdout  # Ben has no figure at all


def test_notices_leave_a_run_clean(cli):
    cli.app.execute("insert into logins values ('stranger', 1, 1)")
    done = cli("run")
    assert (done.returncode, "notice" in done.stderr) == (0, True)


def test_a_failed_run_is_1_and_leaves_the_scores_as_they_were(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    cli.app.break_table("logins")
    cli.app.break_table("tickets")
    done = cli("run", "--as-of", "2026-03-02")
    assert done.returncode == 1
    assert "Nothing was published" in said(done)
    assert rows(cli, "select distinct day from score_current") == [("2026-03-01",)]


def test_no_tenant_at_all_is_1(cli):
    cli.app.execute("delete from orgs")
    done = cli("run")
    assert (done.returncode, "the tenants query returned no row" in said(done)) == (1, True)


def test_losing_many_tenants_is_1_unless_accepted(cli):
    for number in range(6):
        cli.app.tenant(f"t{number}")
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    cli.app.execute("delete from orgs where id like 't%'")
    done = cli("run", "--as-of", "2026-03-02")
    assert (done.returncode, "--accept" in done.stderr) == (1, True)
    assert cli("run", "--as-of", "2026-03-02", "--accept").returncode == 0


def test_the_biggest_falls_are_told(cli):
    cli("run", "--as-of", "2026-03-01")
    cli.app.tenant("carla", active=1)
    done = cli("run", "--as-of", "2026-03-02")
    assert "Carla 100 46 2026-03-01" in said(done)


def test_an_edited_scorecard_is_said_to_be_ignored(cli):
    cli("run", "--as-of", "2026-03-01")
    card = cli.folder / "scorecard.toml"
    card.write_text(card.read_text().replace("curve = [[0, 0], [1, 100]]", "curve = [[0, 0], [0.9, 100]]"))
    done = cli("run", "--as-of", "2026-03-02")
    assert (done.returncode, "scorecard publish" in said(done)) == (0, True)


def test_a_store_that_cannot_be_opened_is_1_in_a_sentence(cli):
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace(str(cli.folder / "store.db"), "missing/store.db"))
    done = cli("run")
    assert (done.returncode, "store.url" in done.stderr) == (1, True)


def test_two_runs_at_once_take_turns_and_both_succeed(cli_on_both):
    config = cli_on_both.folder / "client-health.toml"
    config.write_text(config.read_text().replace("pause_ms = 0", "pause_ms = 800"))
    first = cli_on_both.start("run", "--as-of", "2026-03-01")
    time.sleep(0.1)
    second = cli_on_both.start("run", "--as-of", "2026-03-02")
    told = [process.communicate(timeout=60) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], told
    assert sum("another run is active" in err for _, err in told) == 1
    assert all("4 of 4 tenants scored" in " ".join(out.split()) for out, _ in told)


def test_a_run_that_is_interrupted_publishes_nothing_and_the_next_one_does(cli):
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace("pause_ms = 0", "pause_ms = 60000"))
    process = cli.start("run")
    while not rows(cli, "select 1 from runs where status = 'active' and stage != 'starting'"):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in err) == (1, False)
    assert rows(cli, "select status from runs") == [("cancelled",)]
    assert rows(cli, "select * from score_current") == []
    config.write_text(config.read_text().replace("pause_ms = 60000", "pause_ms = 0"))
    assert cli("run").returncode == 0
