"""Global options, where the configuration is looked for, and what is said when it is wrong."""

import pytest

from client_health import __version__
from tests.cli.conftest import Cli


def said(done) -> str:
    """Everything that was printed, on one line."""
    return " ".join((done.stdout + done.stderr).split())


def test_the_version_needs_no_configuration(empty):
    done = empty("--version")
    assert (done.returncode, done.stdout) == (0, f"client-health {__version__}\n")


def test_help_names_every_command(empty):
    done = empty("--help")
    assert done.returncode == 0
    commands = ["init", "check", "run", "backfill", "serve", "worker", "status", "export", "keys", "db"]
    for command in [*commands, "scorecard"]:
        assert command in done.stdout


def test_a_missing_configuration_names_the_file_and_the_remedy(empty):
    done = empty("status")
    assert done.returncode == 1
    assert "client-health.toml" in said(done)
    assert "client-health init" in said(done)


def test_the_configuration_may_be_named_before_or_after_the_command_or_by_the_environment(cli, tmp_path):
    (tmp_path / "client-health.toml").rename(tmp_path / "other.toml")
    assert cli("status").returncode == 1
    assert cli("--config", "other.toml", "status").returncode == 0
    assert cli("status", "--config", "other.toml").returncode == 0
    assert cli("keys", "list", "--config=other.toml").returncode == 0
    assert cli("status", CLIENT_HEALTH_CONFIG="other.toml").returncode == 0
    assert cli("status", "--config", "third.toml", CLIENT_HEALTH_CONFIG="other.toml").returncode == 1


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run", "--nonsense"], ["status", "--config"], ["export"]]
)
def test_wrong_options_are_2(cli, arguments):
    assert cli(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("pause_ms = 0", 'pause_ms = "soon"', "source.pause_ms"),
        ("pause_ms = 0", "pauze_ms = 0", "source.pauze_ms"),
        ("[tenants]", '[tenants]\nsource = "elsewhere"', "tenants.source"),
        ("[tenants]", "[tenants", "TOML"),
        ('"scorecard.toml"', '"missing.toml"', "missing.toml"),
    ],
)
def test_a_wrong_configuration_names_file_and_key(cli, tmp_path, old, new, key):
    config = tmp_path / "client-health.toml"
    config.write_text(config.read_text().replace(old, new))
    done = cli("run")
    assert done.returncode == 1
    assert key in said(done)
    assert ".toml" in said(done)


def test_a_wrong_scorecard_names_its_file_and_key(cli, tmp_path):
    card = tmp_path / "scorecard.toml"
    card.write_text(card.read_text().replace("weight = 0.6", "weight = -1"))
    done = cli("scorecard", "publish")
    assert done.returncode == 1
    assert "scorecard.toml" in said(done)
    assert "weight" in said(done)


def test_no_command_but_those_that_ask_it_needs_the_source(cli: Cli):
    assert cli("run").returncode == 0
    del cli.environment["APP_DATABASE_URL"]
    for command in ("status", "export scores", "keys list", "scorecard show", "db upgrade"):
        assert cli(*command.split()).returncode == 0, command
    for command in ("run", "check", "backfill --from 2026-03-01 --to 2026-03-01 --replace"):
        done = cli(*command.split())
        assert (done.returncode, "APP_DATABASE_URL" in said(done)) == (1, True), command
    assert cli("status").returncode == 0
