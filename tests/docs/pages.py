"""The pages of the documentation, as tests read them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every page that people read."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted(page for page in DOCS.rglob("*.md") if ".in." not in page.name),
    ]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language, without the indentation of a list around them."""
    found = [text for word, text in _FENCE.findall(page.read_text("utf-8")) if word == language]
    return [re.sub(rf"^{_indent(text)}", "", text, flags=re.MULTILINE) for text in found]


def block_named(page: Path, language: str, first_line: str) -> str:
    """The block that begins with this line."""
    return next(text for text in blocks(page, language) if text.startswith(first_line))


def links(page: Path) -> Iterator[str]:
    """Targets of the links that stay inside the repository."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ +(.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _indent(text: str) -> str:
    return re.match(r" *", text)[0]  # type: ignore[index]
