"""The generated pages are in step with the code, and hold every command, setting and endpoint."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from sqlalchemy import make_url

from client_health.api.application import PREFIX, create_api
from client_health.cli.main import app
from client_health.scorecard.model import Component, Risk, Scorecard, Trend
from client_health.settings import access, model, queries
from client_health.settings.model import Settings
from client_health.store.engine import Store
from tests.docs.pages import DOCS

SECTIONS: dict[str, type[BaseModel]] = {
    "[store]": model.StoreSettings,
    "[source]": model.SourceSettings,
    "[tenants]": queries.TenantsQuery,
    "[usage.NAME]": queries.UsageQuery,
    "[features]": queries.FeaturesQuery,
    "[[features.catalogue]]": queries.TrackedFeature,
    "[schedule]": model.ScheduleSettings,
    "[runs]": model.RunSettings,
    "[scorecard]": model.ScorecardSettings,
    "[benchmarks]": model.BenchmarkSettings,
    "[[benchmarks.measures]]": model.BenchmarkMeasure,
    "[web]": access.WebSettings,
    "[sign_in]": access.SignInSettings,
    "[oidc]": access.OidcSettings,
    "[[components]]": Component,
    "[trend]": Trend,
    "[risk]": Risk,
}


def check(docs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(docs / "generate.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def commands(group: Any, prefix: str = "client-health") -> Iterator[tuple[str, Any]]:
    yield prefix, group
    for name, one in getattr(group, "commands", {}).items():
        yield from commands(one, f"{prefix} {name}")


def section_of(page: str, heading: str) -> str:
    start = page.index(f"\n{heading}\n")
    level = heading.split(" ")[0]
    end = page.find(f"\n{level} ", start + 1)
    return page[start : end if end > 0 else None]


def test_the_generated_files_are_in_step_with_the_code():
    done = check(DOCS)
    assert done.returncode == 0, done.stderr


def test_a_stale_file_is_named(tmp_path):
    docs = tmp_path / "docs"
    shutil.copytree(DOCS, docs)
    with (docs / "commands.md").open("a", encoding="utf-8") as page:
        page.write("An afterthought.\n")
    done = check(docs)
    assert done.returncode == 1
    assert done.stderr.startswith("docs/commands.md ")


def test_every_command_and_option_is_documented():
    page = (DOCS / "commands.md").read_text("utf-8")
    for name, command in commands(typer.main.get_command(app)):
        text = page if hasattr(command, "commands") else section_of(page, f"## {name}")
        for option in command.params:
            for written in [*option.opts, *option.secondary_opts]:
                assert written.lower() in text.lower(), f"{name} {written}"


@pytest.mark.parametrize("place", SECTIONS)
def test_every_setting_is_documented_in_its_section(place):
    page = (DOCS / "configuration.md").read_text("utf-8")
    text = section_of(page, f"### `{place}`")
    for key, field in SECTIONS[place].model_fields.items():
        assert f"| `{key}` |" in text
        assert field.description, f"{place} {key} has no description"


def test_every_top_level_key_is_documented():
    page = (DOCS / "configuration.md").read_text("utf-8")
    for key in [*Settings.model_fields, *Scorecard.model_fields]:
        assert any(
            f"{mark}{key}{end}" in page for mark, end in (("| `", "` |"), ("### `[", ""), ("### `[[", ""))
        )


def test_every_endpoint_is_documented_with_a_role():
    page = (DOCS / "api.md").read_text("utf-8")
    for method, path in endpoints():
        assert f"| {method} | `{path}` |" in page
        assert f"## {method} `{path}`" in page
    guarded = [line for line in page.splitlines() if line.endswith("|") and "| none |" in line]
    assert [line.split("`")[1] for line in guarded] == ["/livez", "/readyz"]


def endpoints() -> list[tuple[str, str]]:
    query = {"sql": "select 1"}
    settings = Settings.model_validate(
        {"tenants": query, "usage": {"login": query}, "source": {"url": "sqlite://"}}
    )
    paths = create_api(Store(make_url("sqlite://")), settings).openapi()["paths"]
    return [(method.upper(), path.removeprefix(PREFIX)) for path, one in paths.items() for method in one]


def test_the_schema_accepts_durations_as_people_write_them():
    schema = json.loads((DOCS / "schemas" / "client-health.schema.json").read_text("utf-8"))
    timeout = schema["$defs"]["SourceSettings"]["properties"]["statement_timeout"]
    assert {one["type"] for one in timeout["anyOf"]} == {"string", "number"}
    assert timeout["default"] == "60s"


def test_the_built_in_scorecard_uses_only_keys_of_the_schema():
    schema = json.loads((DOCS / "schemas" / "scorecard.schema.json").read_text("utf-8"))
    text = resources.files("client_health.scorecard").joinpath("builtin.toml").read_text("utf-8")
    assert set(tomllib.loads(text)) <= set(schema["properties"])
