"""What a visitor of the demo is shown: the worst tenants, the cast, the way in, and three requests to try."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rich.markup import escape
from rich.table import Table

from client_health.api import present
from client_health.cli.context import output
from client_health.demo.world import Story
from client_health.store import portfolio, scorecards
from client_health.store.engine import Store
from client_health.store.portfolio import Filters

WORST = 10
WIDTH = 110  # of the table where there is no terminal
GUIDE = "champion_left"  # the story whose tenant the visitor is sent to first
_PATH = "/api/v1/internal/client-health"
_COLOURS = {"HIGH": "red", "MEDIUM": "yellow", "LOW": "green", "DECLINING": "red", "IMPROVING": "green"}
Stories = Mapping[str, Story]
Row = sa.Row[tuple[Any, ...]]


def print_tables(store: Store, stories: Stories) -> None:
    """The tenants with the lowest scores, then the cast, each with what is weakest in it and its story."""
    with store.read() as connection:
        worst = portfolio.page(connection, Filters(), "score", WORST).rows
        found = [portfolio.page(connection, Filters(search=name), "score", 1).rows for name in stories]
        cast = sorted((row for rows in found for row in rows), key=_score)
        for title, rows in ((f"Worst {WORST}", worst), ("Stories to look at", cast)):
            output.print()
            table = _table(connection, title, rows, stories)
            output.print(table, width=output.width if output.is_terminal else WIDTH)


def _score(row: Row) -> float:
    return float("inf") if row.overall is None else float(row.overall)


def _table(connection: sa.Connection, title: str, rows: Iterable[Row], stories: Stories) -> Table:
    table = Table(title, "score", "risk", "trend", "weakest component", "", "story", box=None, pad_edge=False)
    table.columns[1].justify = table.columns[5].justify = "right"
    for row in rows:
        story = stories.get(row.name)
        table.add_row(
            escape(row.name),
            "–" if row.overall is None else str(row.overall),
            _coloured(row.risk_level),
            _coloured(row.trend),
            *_weakest(connection, row),
            story.title if story else "",
        )
    return table


def _coloured(word: str | None) -> str:
    colour = _COLOURS.get(word or "")
    return f"[{colour}]{word}[/{colour}]" if colour else word or "–"


def _weakest(connection: sa.Connection, row: Row) -> tuple[str, str]:
    """The component in force that scores lowest, the heaviest of equals, and its score."""
    if row.overall is None:
        return "–", "–"
    scored = present.tenant_score(row, scorecards.by_id(connection, row.scorecard))
    found = [(part.score, -part.weight, part.name) for part in scored.components if part.score is not None]
    score, _, name = min(found)
    return escape(name), str(score)


@dataclass(frozen=True)
class Access:
    """How a visitor gets in: a user with a password for the pages, a key for requests."""

    name: str
    password: str
    secret: str


def print_tour(store: Store, stories: Stories, address: str, access: Access) -> None:
    """The address of the dashboard and who may sign in, the key, and three requests to try."""
    name, tenant_id = _guide(store, stories)
    story, secret = stories.get(name), access.secret
    output.print()
    output.print(f"[bold]Client Health is serving on {address}[/bold]", soft_wrap=True)
    output.print(
        f"Open it and sign in as [bold]{access.name}[/bold], password [bold]{access.password}[/bold]"
    )
    output.print(f"\nREST API: documentation at {address}/docs", soft_wrap=True)
    output.print(f"API key of an administrator: [bold]{secret}[/bold]", soft_wrap=True)
    output.print("Three requests to try:")
    _print_request(f"{name}: {story.sentence}" if story else name, f"/{tenant_id}/score", address, secret)
    _print_request("Who is at high risk, worst first?", "/high-risk", address, secret)
    _print_request("Score every tenant anew, now.", "/calculate-all", address, secret, "-X POST ")
    output.print("\nCtrl-C stops the demo.")


def _guide(store: Store, stories: Stories) -> tuple[str, str]:
    """Name and id of a tenant with a story; in a demo too small for that one, of the worst."""
    wanted = next((name for name, story in stories.items() if story.key == GUIDE), None)
    with store.read() as connection:
        row = portfolio.page(connection, Filters(search=wanted), "score", 1).rows[0]
    return row.name, row.tenant_id


def _print_request(title: str, path: str, address: str, secret: str, options: str = "") -> None:
    output.print(f"[dim]# {escape(title)}[/dim]", soft_wrap=True)
    output.print(
        f"curl -s {options}-H 'Authorization: Bearer {secret}' {address}{_PATH}{path}",
        soft_wrap=True,
        markup=False,
    )
