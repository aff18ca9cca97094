"""`scorecard show | list | diff`: what is in force, what there was, and what differs."""

import json
from datetime import UTC, datetime

import pytest

from tests.cast import SCORECARD
from tests.cli.conftest import Cli
from tests.jobs.publishing import OTHER
from tests.replay.cast import FILES, MINING


def said(done) -> str:
    """Everything that was printed, on one line."""
    return " ".join((done.stdout + done.stderr).split())


def write(cli: Cli, text: str, name: str = "scorecard.toml") -> None:
    (cli.folder / name).write_text(text, "utf-8")


def publish(cli: Cli, text: str, *arguments: str) -> None:
    write(cli, text)
    done = cli("scorecard", "publish", *arguments)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def segmented(cli) -> Cli:
    """Two scorecards are configured, one of them for mining; Ben mines."""
    write(cli, MINING, "mining.toml")
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace('file = "scorecard.toml"', FILES))
    cli.app.tenant("ben", industry="Mining")
    return cli


def test_show_tells_the_components_in_force(cli):
    done = cli("scorecard", "show")
    assert done.returncode == 0
    today = datetime.now(UTC).date().isoformat()
    assert f"small v1, published {today}" in said(done)
    assert "login 60% active_users / total_users 0 → 0 1 → 100 0" in said(done)
    assert "tickets 40% support_tickets 0 → 100 10 → 0 –" in said(done)
    assert "differs" not in said(done)


def test_show_says_where_the_configured_scorecard_is_another(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    write(cli, OTHER)
    done = cli("scorecard", "show")
    assert (done.returncode, "login 60%" in said(done)) == (0, True)
    assert "The configured scorecard differs" in said(done)


def test_show_names_every_scorecard_and_who_it_is_for(segmented):
    told = said(segmented("scorecard", "show"))
    assert "mining v1" in told
    assert "Applies to: industry Mining" in told
    assert told.index("mining v1") < told.index("small v1")
    content = json.loads(segmented("scorecard", "show", "--json").stdout)
    assert [(one["version"], one["name"]) for one in content] == [(1, "mining"), (1, "small")]
    assert content[0]["applies_to"]["industry"] == ["Mining"]


def test_before_the_first_run_the_list_is_empty(cli):
    done = cli("scorecard", "list")
    assert (done.returncode, done.stdout.startswith("Nothing is published yet")) == (0, True)


def test_the_list_tells_versions_the_newest_first_with_their_notes(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    assert "publication" not in cli("scorecard", "list").stdout
    publish(cli, OTHER, "--note", "tickets [count] more")
    lines = [" ".join(line.split()) for line in cli("scorecard", "list").stdout.splitlines()]
    assert lines[0] == "version published by note"
    assert lines[1].startswith("small v2 in force 20")
    assert lines[1].endswith("tickets [count] more")
    assert lines[2].startswith("small v1 20")
    assert lines[2].endswith("first run")


def test_going_back_is_no_new_version_but_a_publication_of_its_own(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    publish(cli, OTHER)
    publish(cli, SCORECARD, "--note", "back")
    lines = [line.split() for line in cli("scorecard", "list").stdout.splitlines()]
    versions, publications = lines[1:3], lines[4:]
    assert [(*line[:2], "force" in line) for line in versions] == [
        ("small", "v2", False),
        ("small", "v1", True),
    ]
    assert [line[:3] for line in publications] == [
        ["3", "small", "v1"],
        ["2", "small", "v2"],
        ["1", "small", "v1"],
    ]
    assert publications[0][-1] == "back"


def test_the_list_marks_all_that_are_in_force_together(segmented):
    assert segmented("run", "--as-of", "2026-03-01").returncode == 0
    lines = [" ".join(line.split()[:4]) for line in segmented("scorecard", "list").stdout.splitlines()[1:]]
    assert lines == ["small v1 in force", "mining v1 in force"]


def test_diff_without_versions_compares_the_file_with_what_is_in_force(cli):
    assert said(cli("scorecard", "diff")) == "No difference."
    write(cli, OTHER)
    lines = cli("scorecard", "diff").stdout.splitlines()
    assert "  small, login: weight 60% → 30%" in lines
    assert "  small: trend.lookback_days 7 → 2" in lines
    assert len(lines) == 6


def test_diff_compares_any_two_versions(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    publish(cli, OTHER)
    forwards = cli("scorecard", "diff", "small:1", "small:2").stdout
    assert "small, login: weight 60% → 30%" in forwards
    assert "small, login: weight 30% → 60%" in cli("scorecard", "diff", "2", "1").stdout
    assert said(cli("scorecard", "diff", "small:2")) == "No difference."
    assert said(cli("scorecard", "diff", "1", "1")) == "No difference."
    assert cli("scorecard", "diff", "1").stdout == forwards


@pytest.mark.parametrize("word", ["2", "small:0", "other:1", "small", "", ":", "small:1:1", "x" * 300])
def test_a_version_that_does_not_exist_is_2_and_says_which_there_are(cli, word):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    for arguments in ((word,), ("1", word)):
        done = cli("scorecard", "diff", *arguments)
        assert (done.returncode, "known: small:1" in said(done), done.stdout) == (2, True, "")


def test_with_several_scorecards_a_number_alone_is_not_enough(segmented):
    assert segmented("run", "--as-of", "2026-03-01").returncode == 0
    done = segmented("scorecard", "diff", "1")
    assert (done.returncode, "known: mining:1, small:1" in said(done)) == (2, True)
    assert segmented("scorecard", "diff", "mining:1", "small:1").returncode == 0


def test_run_prints_the_differences_of_a_changed_file_and_keeps_what_is_in_force(cli):
    assert cli("run", "--as-of", "2026-03-01").stderr.count("differs") == 0
    write(cli, OTHER)
    done = cli("run", "--as-of", "2026-03-02")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert "scorecard.toml: differs from small v1, which stays in force:" in lines
    assert "  small, login: weight 60% → 30%" in lines
    assert "scorecard preview" in said(done)
    assert "scorecard publish" in said(done)
    assert cli("export", "scores", "--date", "2026-03-02").stdout.count(",small,1,") == 4
    write(cli, SCORECARD)
    assert "differs" not in said(cli("run", "--as-of", "2026-03-02"))


def test_without_a_configured_file_no_difference_is_told(cli):
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace('file = "scorecard.toml"', ""))
    assert "differs" not in said(cli("run", "--as-of", "2026-03-02"))
