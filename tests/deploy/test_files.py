"""The files in deploy/: they parse, and the commands, options and variables that they name exist."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from client_health.cli.main import app
from client_health.settings import load_settings
from client_health.settings.addresses import resolve_address
from client_health.store.engine import Store
from tests.cli.conftest import COMMAND
from tests.deploy.conftest import DEPLOY, docker_words

COMPOSE = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if name != "postgres"}
UNIT = DEPLOY / "client-health.service"


def parse(arguments: list[str]) -> dict[str, Any]:
    """What the command line makes of these arguments; fails where it would refuse them."""
    group: Any = typer.main.get_command(app)
    with group.make_context("client-health", arguments.copy()) as context:
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        found: dict[str, Any] = command.make_context(name, rest, parent=context).params
        return {"command": name, **found}


def variables(name: str) -> dict[str, str]:
    """What an example of an environment file sets."""
    lines = (DEPLOY / f"{name}.env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_commands_of_the_compose_file_exist_with_their_options():
    found = {name: parse(service["command"]) for name, service in OURS.items()}
    assert (found["web"]["command"], found["web"]["with_worker"], found["web"]["port"]) == (
        "serve",
        False,
        8000,
    )
    assert (found["worker"]["command"], found["worker"]["metrics_port"]) == ("worker", 9100)
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("arguments", [["serve", "--no-such-option"], ["serv"], ["worker", "--port", "1"]])
def test_that_test_would_see_a_command_or_an_option_that_does_not_exist(arguments):
    with pytest.raises(Exception, match=r"(?i)no such"):
        parse(arguments)


def test_everything_in_the_compose_file_is_read_only_without_rights_and_watched():
    assert all(service["read_only"] is True for service in SERVICES.values())
    assert "healthcheck" in SERVICES["postgres"]
    assert SERVICES["web"].get("healthcheck") is None, "the image's own"
    assert "9100/livez" in SERVICES["worker"]["healthcheck"]["test"][-1]
    for service in OURS.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_no_secret_stands_in_the_compose_file_but_in_files_of_which_there_are_examples():
    text = (DEPLOY / "docker-compose.yml").read_text("utf-8")
    assert "change-me" not in text
    assert "PASSWORD" not in text
    for service in SERVICES.values():
        assert (DEPLOY / f"{service['env_file']}.example").is_file()
    assert variables("postgres")["POSTGRES_PASSWORD"] in variables("client-health")["STORE_URL"]


def test_services_have_longer_to_stop_than_a_statement_may_take(monkeypatch):
    settings = example_settings(monkeypatch)
    longest = settings.source_named("default").statement_timeout + 20
    stop = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text("utf-8"), re.MULTILINE)
    assert stop is not None
    assert int(stop[1]) >= longest
    assert {int(service["stop_grace_period"].rstrip("s")) >= longest for service in OURS.values()} == {True}


def example_settings(monkeypatch):
    for name, value in variables("client-health").items():
        monkeypatch.setenv(name, value)
    return load_settings(DEPLOY / "client-health.toml")


def test_the_example_configuration_and_variables_go_together(monkeypatch):
    settings = example_settings(monkeypatch)
    store = resolve_address(settings.store.url, "store.url", DEPLOY)
    assert (store.get_backend_name(), store.host) == ("postgresql", "postgres")
    assert store.database == variables("postgres")["POSTGRES_DB"]
    assert store.username == variables("postgres")["POSTGRES_USER"]
    assert (
        resolve_address(settings.source_named("default").url, "source.url", DEPLOY).host == "db.example.com"
    )
    Store(store).close()


def test_the_image_runs_a_command_that_exists_as_a_user_without_rights():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    (entry,), (_, arguments) = docker_words("ENTRYPOINT"), docker_words("CMD")
    assert entry == [COMMAND.name]
    assert parse(arguments)["host"] == "0.0.0.0"
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert users == ["10001"]
    assert "--uid 10001" in text
    for name in re.findall(r"^COPY ((?!--from)[^\n]+) \S+$", text, re.MULTILINE):
        for one in name.split():
            assert (DEPLOY.parent / one).exists()
            assert f"!{one}" in (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines()


def test_the_unit_names_a_command_that_exists_and_systemd_finds_no_fault(tmp_path):
    text = UNIT.read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    program, *arguments = shlex.split(command)
    assert Path(program).name == COMMAND.name
    found = parse(arguments)
    assert (found["command"], found["with_worker"]) == ("serve", True)
    for setting in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "Restart=on-failure"):
        assert setting in text.splitlines()
    if analyze := shutil.which("systemd-analyze"):
        unit = tmp_path / UNIT.name
        unit.write_text(text.replace(program, os.fspath(COMMAND)), "utf-8")
        done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_files_name_no_registry():
    for file in DEPLOY.iterdir():
        images = re.findall(r"^(?:FROM|\s*image:)\s+(\S+)", file.read_text("utf-8"), re.MULTILINE)
        assert {image.partition(":")[0] for image in images} <= {"python", "postgres", "client-health"}
