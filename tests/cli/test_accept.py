"""`run --accept`: publishing what a suspicious run held back, or what a new run finds."""

import json
import sqlite3

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_scorecard import said


@pytest.fixture
def held(cli) -> tuple[Cli, str]:
    """A night that is held back because all of the eight tenants fell, and its id."""
    for number in range(4):
        cli.app.tenant(f"t{number}")
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    cli.app.execute("update logins set active_users = 5")
    told = cli.run_json("--as-of", "2026-03-02")
    return cli, told["jobId"]


def current(cli: Cli) -> list[tuple]:
    with sqlite3.connect(cli.folder / "store.db") as connection:
        return connection.execute("select distinct day, overall from score_current").fetchall()


def test_a_suspicious_run_is_4_and_says_how_to_accept_it(held):
    cli, _ = held
    done = cli("run", "--as-of", "2026-03-03")
    assert done.returncode == 4
    told = said(done)
    assert (
        "Suspicious, and held back: 8 of 8 tenants would move by more than 15 points since 2026-03-01" in told
    )
    assert "most of it through active_users (usage.login), whose median went from 10 to 5" in told
    assert "Nothing was published; the figures are kept." in told
    assert "client-health run --accept " in told
    assert current(cli) == [("2026-03-01", 100)]


def test_as_json_it_is_4_too(held):
    cli, _ = held
    done = cli("run", "--json", "--as-of", "2026-03-03")
    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"], told["counts"]["jump"]["moved"]) == (4, "suspicious", 8)


def test_the_status_tells_of_the_held_run_and_that_it_was_accepted(held):
    cli, run = held
    assert f"{run[:8]} 2026-03-02 command completed, suspicious" in said(cli("status"))
    assert "Latest scores: 2026-03-01" in said(cli("status"))
    assert cli("run", "--accept", run).returncode == 0
    assert "completed, suspicious, accepted" in said(cli("status"))


@pytest.mark.parametrize("length", [8, 32])
def test_accepting_publishes_what_was_kept_without_asking_the_application(held, length):
    cli, run = held
    cli.app.path.unlink()
    done = cli("run", "--accept", run[:length])
    assert done.returncode == 0, done.stderr
    assert "8 of 8 tenants scored for 2026-03-02" in said(done)
    assert current(cli) == [("2026-03-02", 70)]


def test_the_option_may_be_written_with_an_equals_sign_and_beside_json(held):
    cli, run = held
    done = cli("run", "--json", f"--accept={run}")
    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"], told["scoreDate"]) == (0, "clean", "2026-03-02")


@pytest.mark.parametrize("length", [8, 32])
def test_accepting_a_second_time_is_1_and_says_by_which_run_it_was_accepted(held, length):
    cli, run = held
    first = json.loads(cli("run", "--json", "--accept", run).stdout)
    done = cli("run", "--accept", run[:length])
    assert (done.returncode, f"was accepted already, by the run {first['jobId']}" in said(done)) == (1, True)


def test_a_clean_run_cannot_be_accepted(held):
    cli, _ = held
    clean = cli.run_json("--as-of", "2026-03-01")
    done = cli("run", "--accept", clean["jobId"])
    assert (done.returncode, "is not held back" in said(done)) == (1, True)


@pytest.mark.parametrize("word", ["nothing", "zz", "0" * 32])
def test_a_run_that_does_not_exist_is_1(held, word):
    cli, _ = held
    done = cli("run", "--accept", word)
    assert (done.returncode, word in said(done), current(cli)) == (1, True, [("2026-03-01", 100)])


def test_an_empty_name_accepts_nothing(held):
    """As a script writes it whose variable is not set."""
    cli, _ = held
    for arguments in (["--accept", ""], ["--accept="]):
        done = cli("run", *arguments)
        assert (done.returncode, "--accept" in said(done)) == (2, True)
    assert current(cli) == [("2026-03-01", 100)]


def test_a_start_that_several_held_runs_share_is_not_enough(held):
    cli, run = held
    other = run
    while other[0] != run[0] or other == run:
        other = cli.run_json("--as-of", "2026-03-03")["jobId"]
    done = cli("run", "--accept", run[0])
    assert (done.returncode, current(cli)) == (1, [("2026-03-01", 100)])


@pytest.mark.parametrize(
    "more", [["--now"], ["--as-of", "2026-03-02"], ["--tenant", "anna"], ["--tenant", "anna", "--now"]]
)
def test_a_run_to_accept_goes_with_no_other_choice(held, more):
    cli, run = held
    done = cli("run", "--accept", run, *more)
    assert (done.returncode, "--accept RUN" in said(done)) == (2, True)
    assert current(cli) == [("2026-03-01", 100)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--as-of", "2026-03-02", "--accept"],
        ["--accept", "--as-of", "2026-03-02"],
        ["--accept", "--as-of=2026-03-02", "--config", "client-health.toml"],
        ["--as-of", "2026-03-02", "--config=client-health.toml", "--accept"],
    ],
)
def test_without_a_run_whatever_the_new_run_finds_is_published(held, arguments):
    cli, run = held
    done = cli("run", *arguments)
    assert (done.returncode, current(cli)) == (0, [("2026-03-02", 70)])
    late = cli("run", "--accept", run)
    assert (late.returncode, "was published since" in said(late)) == (1, True)


def test_without_a_run_lost_tenants_are_accepted_too(held):
    cli, _ = held
    cli.app.execute("delete from orgs where id <> 'anna'")
    assert cli("run", "--as-of", "2026-03-02").returncode == 1
    assert cli("run", "--as-of", "2026-03-02", "--accept", "--json").returncode == 0


def test_a_backfill_that_is_held_back_is_4(held):
    cli, _ = held
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace('past = "missing"', 'past = "asked"'))
    cli.app.execute("update logins set active_users = 3")
    done = cli("backfill", "--from", "2026-03-02", "--to", "2026-03-02")
    assert (done.returncode, "Suspicious, and held back" in said(done)) == (4, True)
    assert current(cli) == [("2026-03-01", 100)]
