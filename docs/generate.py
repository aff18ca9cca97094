"""Write the generated pages and schemas of the documentation, or check that they are in step with the code.

`python docs/generate.py` writes them. With `--check` nothing is written, and the exit code is 1 where a file
differs from what would be written.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from generating import api, commands, configuration, schemas

DOCS = Path(__file__).parent
FILES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration.page,
    "commands.md": commands.page,
    "api.md": api.page,
    "schemas/client-health.schema.json": lambda: schemas.as_text(schemas.settings_schema()),
    "schemas/scorecard.schema.json": lambda: schemas.as_text(schemas.scorecard_schema()),
}


def main(arguments: list[str]) -> int:
    """Write or check; returns the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    stale = [name for name in FILES if _text_of(name) != FILES[name]()]
    if arguments:
        for name in stale:
            print(f"docs/{name} is not in step with the code; `make format` writes it anew", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(FILES[name](), "utf-8")
        print(f"wrote docs/{name}")
    return 0


def _text_of(name: str) -> str | None:
    file = DOCS / name
    return file.read_text("utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
