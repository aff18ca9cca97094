"""`scorecard validate | preview | publish`: from a draft to a version in force."""

import json
import sqlite3

import pytest

from client_health.api.schemas.scorecards import PreviewAnswer
from client_health.instants import utc_now
from client_health.jobs import requests
from client_health.settings import load_settings
from client_health.settings.load import load_scorecards
from client_health.store.engine import open_store
from tests.cast import SCORECARD, person
from tests.cli.conftest import Cli
from tests.cli.test_scorecard import said, write
from tests.jobs.publishing import OTHER
from tests.replay.cast import MINING

UNEVEN = SCORECARD.replace("weight = 0.6", "weight = 2 # logins").replace("weight = 0.4", "weight   =   1")
COMMENTED = f"# Ours, since 2024.\n{UNEVEN}\n# The end.\n"


@pytest.fixture
def scored(cli) -> Cli:
    """After one night on which Anna complained and Ben did not log in."""
    cli.app.tenant("anna", active=10, tickets=9)
    cli.app.tenant("ben", active=1)
    assert cli("run", "--as-of", "2026-03-01").returncode == 0
    return cli


def stored(cli: Cli) -> list[str]:
    """Everything that the store holds but leases, which every run takes and gives back."""
    with sqlite3.connect(cli.folder / "store.db") as connection:
        return [line for line in connection.iterdump() if "leases" not in line]


def in_force(cli: Cli) -> str:
    return said(cli("scorecard", "show")).partition(",")[0]


def test_a_draft_in_order_is_said_to_be_so(scored):
    done = scored("scorecard", "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert said(done) == "small: scores 4 active tenants Nothing stands in the way of publishing it."


def test_several_files_are_checked_as_one_set_without_being_configured(scored):
    write(scored, MINING, "mining.toml")
    scored.app.tenant("ben", industry="Mining")
    scored("run", "--as-of", "2026-03-01")
    done = scored("scorecard", "validate", "mining.toml", "scorecard.toml")
    assert (done.returncode, "mining: scores 1 active" in said(done), "small: scores 3" in said(done)) == (
        0,
        True,
        True,
    )
    swapped = scored("scorecard", "validate", "scorecard.toml", "mining.toml")
    assert (swapped.returncode, "small applies to all tenants and stands before mining" in said(swapped)) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "weight = 0.6",
            "weight = 0.5",
            "the weights sum to 0.9, not to 1; in the same proportions: login 0.5556",
        ),
        ("weight = 0.6", "weight = -1", "components.0.weight"),
        ("[[0, 0], [1, 100]]", "[[1, 0], [1, 100]]", "must increase"),
        (
            '"support_tickets"',
            '"tikets"',
            "no query has returned the measure tikets; there are: active_users",
        ),
        ("name =", "nmae =", "nmae: unknown key"),
        ("[risk]", "[risk", "not valid TOML"),
    ],
)
def test_a_draft_with_errors_is_1_and_says_what_is_wrong(scored, old, new, told):
    write(scored, SCORECARD.replace(old, new), "draft.toml")
    done = scored("scorecard", "validate", "draft.toml")
    assert (done.returncode, told in said(done), "Nothing stands" in said(done)) == (1, True, False)


def test_warnings_do_not_stand_in_the_way(scored):
    write(scored, MINING, "mining.toml")
    done = scored("scorecard", "validate", "mining.toml")
    assert done.returncode == 0
    assert "warning no scorecard applies to carla, dora, anna, ben; they would not be scored" in said(done)


def test_a_file_that_does_not_exist_is_1(scored):
    for command in ("validate", "preview", "validate --normalise"):
        done = scored("scorecard", *command.split(), "missing.toml")
        assert (done.returncode, "missing.toml" in said(done)) == (1, True), command


def test_normalising_changes_the_weights_and_nothing_else_of_the_file(scored):
    write(scored, COMMENTED)
    done = scored("scorecard", "validate", "--normalise")
    assert (done.returncode, "scorecard.toml: the weights were normalised." in said(done)) == (0, True)
    expected = COMMENTED.replace("weight = 2 # logins", "weight = 0.6667 # logins")
    assert (scored.folder / "scorecard.toml").read_text() == expected.replace(
        "weight   =   1", "weight   =   0.3333"
    )
    again = scored("scorecard", "validate", "--normalise")
    assert (again.returncode, "normalised" in said(again)) == (0, False)


def test_several_files_are_normalised_each_for_itself(scored):
    write(scored, COMMENTED, "one.toml")
    write(scored, SCORECARD, "two.toml")
    before = (scored.folder / "scorecard.toml").read_bytes()
    scored("scorecard", "validate", "--normalise", "one.toml", "two.toml")
    assert "weight = 0.6667" in (scored.folder / "one.toml").read_text()
    assert (scored.folder / "two.toml").read_text() == SCORECARD
    assert (scored.folder / "scorecard.toml").read_bytes() == before


@pytest.mark.parametrize(
    "weight", ["0", "-1", "nan", "inf", '"much"', "[1]", "1" + "0" * 400, "1e300", "", "true = 1"]
)
def test_weights_that_cannot_be_normalised_are_1_and_the_file_stays(scored, weight):
    text = SCORECARD.replace("weight = 0.6", f"weight = {weight}")
    write(scored, text)
    done = scored("scorecard", "validate", "--normalise")
    assert (done.returncode, "scorecard.toml" in said(done)) == (1, True)
    assert (scored.folder / "scorecard.toml").read_text() == text


def test_the_builtin_scorecard_needs_no_normalising(cli):
    config = cli.folder / "client-health.toml"
    config.write_text(config.read_text().replace('file = "scorecard.toml"', ""))
    done = cli("scorecard", "validate", "--normalise")
    assert (done.returncode, "[scorecard] names no file" in said(done)) == (1, True)


def test_a_preview_shows_both_sides_and_who_moves(scored):
    swapped = SCORECARD.replace("weight = 0.6", "weight = 0.1").replace("weight = 0.4", "weight = 0.9")
    write(scored, swapped, "draft.toml")
    before = stored(scored)
    done = scored("scorecard", "preview", "draft.toml")
    told = said(done)
    assert done.returncode == 0
    assert "4 tenants, 1 days up to 2026-03-01: the draft beside small v1" in told
    assert "Risk level changes: 2" in told
    assert "Anna 64 → 19 −45 MEDIUM → HIGH Login activity weighs 60% → 10%" in told
    assert "Ben 46 → 91 +45 MEDIUM → LOW" in told
    assert "2026-02-23 0 1 +1" in told
    assert stored(scored) == before


def test_a_preview_as_json_is_what_the_api_answers(scored):
    done = scored("scorecard", "preview", "--json", "--days", "30")
    told = json.loads(done.stdout)
    assert PreviewAnswer.model_validate(told).days == 1
    assert (done.returncode, told["tenants"], told["levelChangesTotal"], told["movers"]) == (0, 4, 0, [])
    assert told["before"] == told["after"]


@pytest.mark.parametrize("days", ["0", "401", "x"])
def test_days_out_of_range_are_2(scored, days):
    assert scored("scorecard", "preview", "--days", days).returncode == 2


def test_before_anything_is_scored_there_is_nothing_to_preview(cli):
    done = cli("scorecard", "preview")
    assert (done.returncode, "nothing is scored yet" in said(done)) == (1, True)


def test_publishing_scores_the_history_and_switches(scored):
    write(scored, OTHER)
    done = scored("scorecard", "publish", "--note", "tickets count more")
    assert done.returncode == 0, done.stderr
    assert "small, login: weight 60% → 30%" in said(done)
    assert "Published small v2: 1 days scored anew; it is in force now." in said(done)
    assert "Publishing:" in done.stderr
    assert in_force(scored) == "small v2"
    assert scored("export", "scores").stdout.count(",small,2,") == 4
    assert "tickets count more" in scored("scorecard", "list").stdout


def test_there_is_nothing_to_publish_where_nothing_changed(scored):
    done = scored("scorecard", "publish")
    assert (done.returncode, said(done)) == (0, "Nothing to publish: small v1 is in force already.")


def test_a_draft_with_errors_is_not_published(scored):
    write(scored, OTHER.replace('"support_tickets"', '"tikets"'))
    done = scored("scorecard", "publish")
    assert (done.returncode, "tikets" in said(done), "not published" in said(done)) == (1, True, True)
    assert in_force(scored) == "small v1"


def test_while_a_publication_is_queued_elsewhere_a_second_is_refused_in_a_sentence(scored):
    write(scored, OTHER)
    settings = load_settings(scored.folder / "client-health.toml")
    store = open_store(settings)
    queued = requests.publish(store, load_scorecards(settings), "request", person("portal"), utc_now())
    store.close()
    assert queued is not None
    done = scored("scorecard", "publish")
    assert (done.returncode, "another publication is under way" in said(done)) == (1, True)
    assert in_force(scored) == "small v1"


def test_publishing_before_the_first_run_publishes_the_configured_scorecard_at_once(cli):
    done = cli("scorecard", "publish")
    assert (done.returncode, said(done)) == (0, "Nothing to publish: small v1 is in force already.")
