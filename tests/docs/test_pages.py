"""What the pages say can be followed: links, TOML, `make` recipes; and nothing of this machine is in them."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from client_health.scorecard.model import Scorecard
from client_health.settings import load_settings
from client_health.settings.load import load_scorecard_file
from client_health.settings.model import Settings
from tests.docs.pages import DOCS, ROOT, anchors, block_named, blocks, links, pages

NAMES = [page.relative_to(ROOT).as_posix() for page in pages()]
BASE: dict[str, Any] = {
    "source": {"url": "sqlite:///app.db"},
    "tenants": {"sql": "select 1 as tenant_id"},
    "usage": {"login": {"sql": "select 1 as tenant_id, 2 as active_users"}},
}
# Put together here, so that this file does not hold them.
FORBIDDEN = [
    *("".join(parts) for parts in (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/"))),
    *(
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ),
    *(".".join(parts) for parts in (("golang", "org"), ("crates", "io"))),
    *("-".join(parts) for parts in (("index", "url"), ("find", "links"))),
]


@pytest.mark.parametrize("name", NAMES)
def test_relative_links_lead_somewhere(name):
    page = ROOT / name
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{name}: {target}"
        assert not anchor or anchor in anchors(file), f"{name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_toml_block_is_a_configuration_or_a_part_of_one(name):
    for text in blocks(ROOT / name, "toml"):
        values = tomllib.loads(text)
        if "components" in values:
            Scorecard.model_validate(values)
        else:
            Settings.model_validate(BASE | values)


def test_the_two_example_files_load_together(tmp_path):
    page = DOCS / "configuration.md"
    for file in ("client-health.toml", "scorecard.toml"):
        (tmp_path / file).write_text(block_named(page, "toml", f"# {file}"), "utf-8")
    settings = load_settings(tmp_path / "client-health.toml")
    scorecard = load_scorecard_file(tmp_path / (settings.scorecard.file or ""))
    assert scorecard.measures == {"active_users", "total_users", "support_tickets"}


@pytest.mark.parametrize("name", NAMES)
def test_every_make_recipe_that_is_named_exists(name):
    text = (ROOT / name).read_text("utf-8")
    recipes = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    spans = re.findall(r"`([^`\n]+)`", text) + [
        line
        for language in ("console", "sh")
        for one in blocks(ROOT / name, language)
        for line in one.splitlines()
    ]
    for span in spans:
        if named := re.match(r"(?:\$ )?make ([a-z-]+)", span.strip()):
            assert named[1] in recipes, f"{name}: {span}"


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a clone")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_tracked_file_holds_a_path_of_a_machine_or_the_address_of_a_package_registry():
    for file in tracked():
        content = file.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8")
        found = [one for one in FORBIDDEN if re.search(rf"(?<![\w.]){re.escape(one)}", text)]
        assert not found, f"{file.relative_to(ROOT)} holds {', '.join(found)}"
