"""`audit`: who did what, also at the command line."""

import getpass
import json


def log(cli, *options: str) -> list[dict]:
    done = cli("audit", "--json", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_commands_do_is_noted_with_who_ran_them(cli):
    secret = cli("keys", "create", "--name", "portal", "--role", "csm").stdout.strip()
    cli("keys", "rotate", "portal", "--overlap", "0h")
    cli("keys", "revoke", "portal")
    password = cli("users", "add", "anna", "--role", "admin").stdout.strip()
    cli("users", "reset", "anna")
    cli("users", "add", "ben", "--role", "admin")
    cli("users", "disable", "anna")
    cli("users", "enable", "anna")
    cli("run", "--as-of", "2026-03-01")
    cli("rescore", "--from", "2026-03-01", "--to", "2026-03-01")
    cli("export", "scores", "--date", "2026-03-01", "--format", "jsonl")
    found = log(cli)[::-1]
    assert [(one["action"], one["actor"]) for one in found if one["actor_kind"] == "command"] == [
        (action, getpass.getuser())
        for action in (
            "key.created",
            "key.rotated",
            "key.revoked",
            "user.added",
            "user.password_reset",
            "user.added",
            "user.disabled",
            "user.enabled",
            "run.requested",
            "scores.rescored",
            "export.read",
        )
    ]
    assert found[-1]["details"] == {
        "format": "jsonl",
        "view": "comparable",
        "from": "2026-03-01",
        "to": "2026-03-01",
    }
    assert secret not in json.dumps(found)
    assert password not in json.dumps(found)


def test_a_publication_is_noted(cli):
    cli("run")
    card = cli.folder / "scorecard.toml"
    text = card.read_text().replace("weight = 0.6", "weight = 0.5").replace("weight = 0.4", "weight = 0.5")
    card.write_text(text)
    cli("scorecard", "publish", "--note", "a private reason")
    (entry,) = log(cli, "--action", "scorecards.published", "--limit", "1")
    assert (entry["target"], entry["actor_kind"]) == ("2", "command")
    assert "private" not in json.dumps(log(cli))


def test_entries_are_shown_as_a_table_and_filtered(cli):
    assert "There is no such entry." in cli("audit").stdout
    cli("keys", "create", "--name", "[bold]odd[/bold]", "--role", "csm")
    shown = cli("audit").stdout
    assert "key.created" in shown
    assert "name=[bold]odd[/bold]" in shown
    assert log(cli, "--actor", "nobody") == []
    assert log(cli, "--to", "2020-01-01") == []
    assert len(log(cli, "--from", "2020-01-01", "--action", "key.created")) == 1


def test_what_cannot_be_asked_is_2(cli):
    for options in (("--action", "key.stolen"), ("--from", "x"), ("--limit", "0"), ("--to", "9999-12-31")):
        done = cli("audit", *options)
        assert (done.returncode, options[0].strip("-") in done.stderr) == (2, True), done.stderr
