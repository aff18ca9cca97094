"""How far the history is: a bar on a terminal, a line every tenth of the way elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from client_health.cli.context import errors

LINES = 10


@contextmanager
def shown(days: int) -> Iterator[Callable[[int], None]]:
    """A listener for the number of days that are over."""
    if not sys.stderr.isatty():
        yield lambda over: _line(over, days)
        return
    columns = (
        TextColumn("Living and scoring: day {task.completed:.0f} of {task.total:.0f}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True, refresh_per_second=4) as progress:
        task = progress.add_task("", total=days)
        yield lambda over: progress.update(task, completed=over)


def _line(over: int, days: int) -> None:
    if over * LINES // days > (over - 1) * LINES // days:
        errors.print(f"Living and scoring: day {over} of {days}", soft_wrap=True)
