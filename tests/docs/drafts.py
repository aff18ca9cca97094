"""The draft that docs/scorecards.md follows from an edit to a publication, made from the file on the page."""

from pathlib import Path

import numpy as np

from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import Attributes, ScorecardSet
from client_health.settings.load import load_scorecard_file
from tests.docs.pages import DOCS, block_named, blocks

PAGE = DOCS / "scorecards.md"


def edited(folder: Path) -> Path:
    """The file of the page with the two lines that the page edits; its weights do not sum to 1."""
    path = folder / "scorecard.toml"
    weight, low_from = block_named(PAGE, "text", "weight = ").splitlines()
    before, _, tickets = block_named(PAGE, "toml", "# scorecard.toml").partition('key = "support_tickets"')
    tickets = tickets.replace("weight = 0.15", weight).replace("low_from = 70", low_from)
    path.write_text(f'{before}key = "support_tickets"{tickets}', "utf-8")
    return path


def console(command: str) -> list[str]:
    """The lines under a command on the page, without their dots."""
    text = next(text for text in blocks(PAGE, "console") if text.startswith(f"$ client-health {command}\n"))
    return [line for line in text.splitlines()[1:] if line.strip() != "…"]


def segments(folder: Path) -> ScorecardSet:
    """The set of the page: two scorecards for some, one for the rest."""
    path = folder / "enterprise.toml"
    path.write_text(block_named(PAGE, "toml", "# enterprise.toml"), "utf-8")
    enterprise = load_scorecard_file(path)
    schools = enterprise.model_dump() | {"name": "schools", "applies_to": {"industry": ["Education"]}}
    everybody = enterprise.model_dump() | {"name": "default", "applies_to": None}
    return ScorecardSet((enterprise, *map(Scorecard.model_validate, (schools, everybody))))


def scored_by(cards: ScorecardSet, segment: str | None, industry: str | None) -> str:
    """The name of the scorecard that scores such a tenant."""
    (place,) = cards.assign(Attributes([segment], [industry], np.array([np.nan]))).tolist()
    return cards.scorecards[place].name
