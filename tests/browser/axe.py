"""Accessibility by axe, as a page asks for it: the policy stays in force."""

from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const runOnly = { type: "tag", values: tags };
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return found.violations.map(({ id, help, nodes }) =>
    ({ id, help, nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`) }));
}"""


def violations(page: Page) -> list[str]:
    """What axe finds, one text per rule; empty where the page is as it should be."""
    page.evaluate(_script())
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
    return [f"{one['id']}: {one['help']}\n  " + "\n  ".join(one["nodes"]) for one in found]


@cache
def _script() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
