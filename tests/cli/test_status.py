"""`status`, `scorecard` and `db`."""

import json

from tests.cli.conftest import FROM_ENVIRONMENT, Cli

QUERIES = ("tenants", "usage.login", "usage.tickets")


def said(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_status_tells_how_old_scores_are_and_what_failed(cli):
    assert "Nothing is published yet" in said(cli("status"))
    cli("run", "--as-of", "2026-03-01")
    cli.app.break_table("tickets")
    cli("run", "--as-of", "2026-03-02")
    cli.app.break_table("orgs")
    cli("run", "--as-of", "2026-03-03")
    told = said(cli("status"))
    assert "Latest scores: 2026-03-02" in told
    assert "Active tenants: 4. Scorecard: small v1." in told
    assert "Next nightly run: " in told
    assert "completed, with errors" in told
    assert "failed" in told
    assert "usage.tickets" in told
    assert "no such table: tickets" in told


def test_status_tells_each_source_with_its_queries_and_their_age(cli):
    lines = [line.split() for line in cli("status").stdout.splitlines()]
    assert ["default", "never"] in lines
    assert ["usage.tickets", "never"] in lines
    cli("run", "--as-of", "2026-03-01")
    lines = [line.split() for line in cli("status").stdout.splitlines()]
    assert ["default", "just", "now"] in lines
    found = [line[:-1] for line in lines if line and line[0].startswith(("tenants", "usage."))]
    assert found == [[name, "just", "now", "2026-03-01", "4"] for name in QUERIES]


def test_the_scorecard_is_shown_and_published_as_a_new_version(cli):
    shown = said(cli("scorecard", "show"))
    assert "small v1" in shown
    assert "active_users / total_users" in shown
    assert "Nothing to publish" in said(cli("scorecard", "publish"))
    card = cli.folder / "scorecard.toml"
    text = card.read_text().replace("weight = 0.6", "weight = 0.5").replace("weight = 0.4", "weight = 0.5")
    card.write_text(text)
    assert "scorecard publish" in said(cli("scorecard", "show"))
    done = cli("scorecard", "publish", "--note", "fairer")
    assert (done.returncode, "Published small v2" in said(done)) == (0, True)
    assert "small v2" in said(cli("scorecard", "show"))
    assert "fairer" in said(cli("scorecard", "show"))
    content = json.loads(cli("scorecard", "show", "--json").stdout)[0]
    assert (content["version"], content["components"][0]["weight"]) == (2, 0.5)
    assert cli("run", "--json").returncode == 0
    assert (
        json.loads(cli("export", "scores", "--format", "jsonl").stdout.splitlines()[0])["scorecard_version"]
        == 2
    )


def test_db_upgrade_makes_the_schema_and_says_when_there_is_nothing_to_do(empty: Cli, tmp_path):
    config = FROM_ENVIRONMENT.replace("{store_url}", "sqlite:///new.db").split("[scorecard]")[0]
    (tmp_path / "client-health.toml").write_text(config)
    assert "brought up to date" in said(empty("db", "upgrade"))
    assert (tmp_path / "new.db").exists()
    assert "is up to date" in said(empty("db", "upgrade"))
    done = empty("status")
    assert (done.returncode, "Nothing is published yet" in said(done)) == (0, True)


def test_a_store_of_a_newer_version_is_1_with_the_remedy(cli):
    import sqlite3

    with sqlite3.connect(cli.folder / "store.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    for command in (["status"], ["run"], ["db", "upgrade"]):
        done = cli(*command)
        assert (done.returncode, "upgrade client-health" in said(done)) == (1, True)
