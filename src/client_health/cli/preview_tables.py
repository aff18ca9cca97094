"""A replay as people read it: distributions side by side, who changes, why, and where it is steep."""

from collections.abc import Sequence

from rich.table import Table

from client_health.cli.context import output
from client_health.cli.escaping import escape
from client_health.explanations.sentences import number, signed_whole, words
from client_health.replay.results import Moved, NamedCliff, Preview

SHOWN = 15
BAR = 24  # characters of the longest bar


def show(told: Preview, in_force: str) -> None:
    """Print a preview."""
    output.print(
        f"[bold]{told.tenants:,} tenants, {told.days:,} days up to {told.last}[/bold]: "
        f"the draft beside {escape(in_force)}"
    )
    output.print(_distributions(told))
    _list("Risk level changes", told.level_changes)
    output.print(_weeks(told))
    _list("Largest moves", told.movers)
    _show_cliffs(told.cliffs)


def _distributions(told: Preview) -> Table:
    table = Table("score", "before", "", "after", "", box=None, pad_edge=False)
    table.columns[2].justify = table.columns[4].justify = "right"
    most = max(*told.before.histogram, *told.after.histogram, 1)
    for low, old, new in zip(range(0, 100, 10), told.before.histogram, told.after.histogram, strict=True):
        label = f"{low}–{low + 9 if low < 90 else 100}"
        table.add_row(
            label, "█" * round(BAR * old / most), f"{old:,}", "█" * round(BAR * new / most), f"{new:,}"
        )
    for level in told.before.levels:
        table.add_row(level, "", f"{told.before.levels[level]:,}", "", f"{told.after.levels[level]:,}")
    table.add_row("median", "", number(told.before.median), "", number(told.after.median))
    return table


def _weeks(told: Preview) -> Table:
    table = Table("week from", "HIGH", "would be", "difference", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for week in told.weeks:
        change = signed_whole(week.after - week.before)
        table.add_row(str(week.monday), f"{week.before:,}", f"{week.after:,}", change)
    return table


def _list(title: str, moved: Sequence[Moved]) -> None:
    table = Table(f"{title}: {len(moved):,}", "score", "", "risk", "why", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for one in moved[:SHOWN]:
        level = one.level_to if one.level_from == one.level_to else f"{one.level_from} → {one.level_to}"
        table.add_row(
            escape(one.name),
            f"{number(one.score_from)} → {number(one.score_to)}",
            signed_whole(one.change),
            level,
            escape("; ".join(one.reasons)),
        )
    if len(moved) > SHOWN:
        table.add_row(f"… and {len(moved) - SHOWN:,} more", "", "", "", "")
    output.print(table)


def _show_cliffs(found: Sequence[NamedCliff]) -> None:
    table = Table(f"Close to a cliff: {len(found):,}", "one unit of", "score", box=None, pad_edge=False)
    for one in found[:SHOWN]:
        cliff = one.cliff
        step = f"{words(cliff.measure)} {number(cliff.value_from)} → {number(cliff.value_to)}"
        table.add_row(escape(one.name), step, f"{cliff.score_from} → {cliff.score_to}")
    if len(found) > SHOWN:
        table.add_row(f"… and {len(found) - SHOWN:,} more", "", "")
    output.print(table)
