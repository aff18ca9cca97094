"""A run's progress: a bar on a terminal, plain lines elsewhere. Always on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from client_health.cli.context import errors
from client_health.jobs.watch import Listener

LINE_PERCENT = 5


@contextmanager
def shown(title: str) -> Iterator[Listener]:
    """A listener that shows what a run tells."""
    if not sys.stderr.isatty():
        yield _plain(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[stage]}[/dim]"),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(title, total=100, stage="")

        def listen(percent: int, stage: str, counts: dict[str, Any]) -> None:
            progress.update(task, completed=percent, stage=stage)

        yield listen


def _plain(title: str) -> Listener:
    """Lines for a log, one per LINE_PERCENT at most: many small steps stay few lines."""
    shown = [-LINE_PERCENT]

    def listen(percent: int, stage: str, counts: dict[str, Any]) -> None:
        if percent >= shown[0] + LINE_PERCENT:
            shown[0] = percent
            errors.print(f"{title}: {percent:3d}%  {stage}", soft_wrap=True)

    return listen
