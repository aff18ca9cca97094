"""`client-health scorecard`: what is in force, which versions there were, and in what they differ."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from client_health.cli import scorecard_draft
from client_health.cli.context import Context, output
from client_health.cli.escaping import escape
from client_health.errors import UsageError
from client_health.instants import iso, utc_now
from client_health.jobs import requests
from client_health.scorecard.differences import differences
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.scorecard.written import toml_text
from client_health.settings.load import load_scorecards
from client_health.store import scorecard_sets, scorecards
from client_health.store.scorecard_sets import PublishedSet
from client_health.store.scorecards import PublishedScorecard

app = typer.Typer(help="The scorecards and their versions.", no_args_is_help=True)
scorecard_draft.register(app)


@app.command("show")
def show(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="The whole content as JSON.")] = False,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="As a scorecard file: to begin an own one from the built-in one.")
    ] = False,
) -> None:
    """Show the scorecards in force."""
    context: Context = ctx.obj
    with context.store() as store:
        published = requests.ensure_scorecards(store, context.settings, utc_now())
    if as_json:
        content = [{"version": one.version, **one.scorecard.content()} for one in published.versions]
        print(json.dumps(content, indent=2))
        return
    if as_toml:
        print("\n".join(toml_text(one.scorecard) for one in published.versions))
        return
    for version in published.versions:
        output.print(_published(version))
        if version.scorecard.applies_to is not None:
            output.print(f"Applies to: {escape(_applies_to(version.scorecard))}")
        output.print(_components(version.scorecard))
    if load_scorecards(context.settings).digests != published.cards.digests:
        output.print(
            "[yellow]The configured scorecard differs: client-health scorecard diff shows in what, "
            "client-health scorecard publish publishes it.[/yellow]"
        )


@app.command("list")
def list_versions(ctx: typer.Context) -> None:
    """List every version, and which are in force."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as connection:
        versions, current = scorecards.all_versions(connection), scorecard_sets.in_force(connection)
        published = scorecard_sets.all_sets(connection)
    table = Table("version", "", "published", "by", "note", box=None, pad_edge=False)
    used = {one.id for one in current.versions} if current else set()
    for one in reversed(versions):
        when = iso(one.published_at.replace(microsecond=0))
        mark = "in force" if one.id in used else ""
        table.add_row(one.label, mark, when, escape(one.published_by), escape(one.note or ""))
    output.print(table if versions else "Nothing is published yet; `client-health run` publishes the first.")
    if len(published) > 1:
        output.print(_publications(published))


@app.command("diff")
def diff(
    ctx: typer.Context,
    before: Annotated[
        str | None, typer.Argument(help="A version such as default:1; left out: what is in force.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(help="A version; left out: the configured scorecards.")
    ] = None,
) -> None:
    """Show in what two versions differ, or the configured scorecards from those in force."""
    context: Context = ctx.obj
    with context.store() as store:
        published = requests.ensure_scorecards(store, context.settings, utc_now())
        with store.read() as connection:
            old, new = (
                None if word is None else _named(scorecards.all_versions(connection), word)
                for word in (before, after)
            )
    first = published.cards if old is None else ScorecardSet((old.scorecard,))
    second = load_scorecards(context.settings) if new is None else ScorecardSet((new.scorecard,))
    print_differences(first, second)


def print_differences(before: ScorecardSet, after: ScorecardSet) -> None:
    """One line for each thing that changes."""
    found = differences(before, after)
    for one in found:
        output.print(f"  {escape(str(one))}", soft_wrap=True)
    if not found:
        output.print("No difference.")


def _named(versions: list[PublishedScorecard], word: str) -> PublishedScorecard:
    """The version that NAME:NUMBER names, or NUMBER where there is one scorecard only."""
    names = sorted({one.scorecard.name for one in versions})
    name, _, number = word.rpartition(":")
    if not name and len(names) == 1:
        name = names[0]
    found = [one for one in versions if one.scorecard.name == name and str(one.version) == number]
    if not found:
        known = ", ".join(f"{one.scorecard.name}:{one.version}" for one in versions) or "none yet"
        raise UsageError(f"there is no version {word!r}; known: {known}")
    return found[0]


def _publications(published: Sequence[PublishedSet]) -> Table:
    """What was put in force together, and why: going back to a version is a publication of its own."""
    table = Table("publication", "scorecards", "in force since", "by", "note", box=None, pad_edge=False)
    for one in reversed(published):
        since = "not in force" if one.in_force_at is None else iso(one.in_force_at.replace(microsecond=0))
        table.add_row(str(one.id), one.label, since, escape(one.published_by), escape(one.note or ""))
    return table


def _published(version: PublishedScorecard) -> str:
    when, by = iso(version.published_at.replace(microsecond=0)), escape(version.published_by)
    note = f": {escape(version.note)}" if version.note else ""
    return f"[bold]{version.label}[/bold], published {when} by {by}{note}"


def _applies_to(card: Scorecard) -> str:
    rule = card.applies_to
    assert rule is not None
    named = {key: value for key, value in rule.model_dump().items() if value not in (None, ())}
    words = [
        f"{key} {', '.join(value) if isinstance(value, tuple) else value}" for key, value in named.items()
    ]
    return "; ".join(words) or "all tenants"


def _components(card: Scorecard) -> Table:
    table = Table("component", "weight", "value", "curve", "when empty", box=None, pad_edge=False)
    for part in card.components:
        value = part.measure if part.per is None else f"{part.measure} / {part.per}"
        curve = "  ".join(f"{x:g} → {y:g}" for x, y in part.curve)
        empty = "–" if part.when_empty is None else str(part.when_empty)
        table.add_row(part.key, f"{part.weight * 100:g}%", value, curve, empty)
    return table
