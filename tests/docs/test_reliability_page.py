"""docs/reliability.md names the test of each promise: every named test exists, and every fault is named."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
FAULTS = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests" / "faults").glob("test_*.py")))


def test_the_page_names_the_tests_of_faults_that_there_are_and_no_others() -> None:
    named = re.findall(r"\| `(test_\w+)` \|", PAGE)
    assert sorted(named) == sorted(re.findall(r"^def (test_\w+)\(", FAULTS, re.MULTILINE))


def test_every_row_says_what_breaks() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if "| `test_" in line]
    assert [row for row in rows if not row[2].strip()] == []
    assert rows[0][1].strip(), "the first row of a promise says what is promised"
