"""`export scores --view` and `explain --view`: comparable, or as it was told."""

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.cast import MONDAY, make_service
from tests.cli.conftest import Cli, clean_environment
from tests.cli.test_scorecard import said
from tests.jobs.publishing import OTHER, publish
from tests.replay.cast import set_of

ALL = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.fixture(scope="module")
def told(tmp_path_factory, forks) -> Cli:
    """A night under one version, another component since, and a night under that; Dora left in between."""
    folder = tmp_path_factory.mktemp("views")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    service.app.tenant("anna", active=5)
    service.night(MONDAY)
    publish(service, set_of(folder, OTHER.replace('key = "tickets"', 'key = "support"')))
    service.app.forget("dora")
    service.night(MONDAY + timedelta(days=1))
    service.store.close()
    return Cli(folder, forks, clean_environment())


def table(cli: Cli, *arguments: str) -> list[dict[str, str]]:
    done = cli("export", "scores", *arguments)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def points(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [
        (row["tenant_id"], row["score_date"], row["overall_score"], row["scorecard_version"]) for row in rows
    ]


def test_comparable_is_the_default_and_tells_all_dates_under_the_version_in_force(told):
    rows = table(told, *ALL)
    assert points(rows) == [
        ("anna", "2026-03-02", "78", "2"),
        ("ben", "2026-03-02", "93", "2"),
        ("carla", "2026-03-02", "93", "2"),
        ("dora", "2026-03-02", "93", "2"),
        ("anna", "2026-03-03", "78", "2"),
        ("ben", "2026-03-03", "93", "2"),
        ("carla", "2026-03-03", "93", "2"),
    ]
    assert rows == table(told, *ALL, "--view", "comparable")


def test_reported_tells_each_date_as_it_was_first_told(told):
    rows = table(told, *ALL, "--view", "reported")
    assert points(rows)[:4] == [
        ("anna", "2026-03-02", "70", "1"),
        ("ben", "2026-03-02", "100", "1"),
        ("carla", "2026-03-02", "100", "1"),
        ("dora", "2026-03-02", "100", "1"),
    ]
    assert {row["scorecard_version"] for row in rows[4:]} == {"2"}


def test_each_version_fills_the_columns_of_its_own_components(told):
    for view, tickets, support in (("reported", "100", ""), ("comparable", "", "90")):
        first = table(told, *ALL, "--view", view)[0]
        assert (first["login_score"], first["tickets_score"], first["support_score"]) == (
            "50",
            tickets,
            support,
        )


def test_one_date_alone_has_its_views_too(told):
    (anna, *_), (reported, *_) = (
        table(told, "--date", "2026-03-02", "--view", view) for view in ("comparable", "reported")
    )
    assert (anna["overall_score"], reported["overall_score"]) == ("78", "70")


def test_the_latest_scores_are_those_in_force_in_either_view(told):
    assert table(told) == table(told, "--view", "reported")
    assert points(table(told))[0] == ("anna", "2026-03-03", "78", "2")


def test_json_lines_tell_the_same_view(told):
    lines = told("export", "scores", *ALL, "--view", "reported", "--format", "jsonl").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["overall_score"], row["scorecard_version"]) for row in rows[:2]] == [(70, 1), (100, 1)]


def test_a_view_that_does_not_exist_is_2(told):
    for command in ("export scores", "explain anna"):
        done = told(*command.split(), "--view", "told")
        assert (done.returncode, "--view" in said(done)) == (2, True)


def test_an_explanation_as_reported_holds_the_scorecard_to_account(told):
    reported = told("explain", "anna", "--view", "reported")
    assert reported.returncode == 0, reported.stderr
    assert "Anna: 70 on 2026-03-02 → 78 on 2026-03-03 (+8)" in said(reported)
    assert "+8 The scorecard changed from small v1 to small v2: +8 points." in said(reported)
    comparable = said(told("explain", "anna"))
    assert "Anna: 78 on 2026-03-02 → 78 on 2026-03-03 (0)" in comparable
    assert "The scorecard is the same, small v2." in comparable


def test_an_explanation_as_json_is_what_the_api_answers(told):
    told_as = json.loads(told("explain", "anna", "--view", "reported", "--json").stdout)
    assert (told_as["scoreFrom"], told_as["scoreTo"], told_as["scorecard"]["points"]) == (70, 78, 8)
