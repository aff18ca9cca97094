"""The commands of a page, run as somebody would who follows it."""

import subprocess
from pathlib import Path

from tests.cli.conftest import COMMAND
from tests.databases import _candidates as folders_of_postgresql
from tests.docs.pages import DOCS, block_named


class Reader:
    """Somebody in a folder of their own who types what a page says. What they export stays exported."""

    def __init__(self, page: str, folder: Path, environment: dict[str, str]) -> None:
        self._page, self._folder, self._environment = DOCS / page, folder, environment
        self.typed: set[str] = set()

    def follow(self, first_line: str) -> str:
        """Run the console block that begins with this line; returns what it printed."""
        block = block_named(self._page, "console", f"$ {first_line}")
        self.typed.add(block)
        lines = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        script = "\n".join(["set -euo pipefail", *lines])
        found = [str(one) for one in folders_of_postgresql() if (one / "pg_dump").exists()]
        path = ":".join([str(COMMAND.parent), *found, self._environment["PATH"]])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self._folder,
            env=self._environment | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout
