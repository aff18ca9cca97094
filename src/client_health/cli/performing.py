"""Performing a run in this process, and telling how it ended."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.table import Table

from client_health.api import present
from client_health.cli.context import CLEAN, FAILED, SUSPICIOUS, WITH_ERRORS, errors, output, traced
from client_health.cli.escaping import escape
from client_health.cli.progress import shown
from client_health.errors import RunInterruptedError, StoreError
from client_health.instants import iso, utc_now
from client_health.jobs import requests
from client_health.jobs.abandoned import BY_COMMAND, close_abandoned
from client_health.jobs.attempt import perform, wait_for_turn
from client_health.jobs.lease import Lease
from client_health.settings.model import Settings
from client_health.store import problems, runs
from client_health.store.engine import Store
from client_health.store.run_requests import RunRequest
from client_health.store.runs import Run
from client_health.telemetry.causes import STORE
from client_health.usage.problems import Problem

SHOWN = 20


def perform_request(store: Store, settings: Settings, request: RunRequest, title: str) -> Run:
    """Ask for a run and perform it in this process."""
    done = perform_here(store, settings, lambda: requests.ask(store, settings, request, utc_now())[0], title)
    assert done is not None
    return done


def perform_here(store: Store, settings: Settings, ask: Callable[[], Run | None], title: str) -> Run | None:
    """Queue a run by `ask` and perform it in this process; on Ctrl-C or SIGTERM it is cancelled.

    `ask` is called when no other process performs a run; where it finds nothing to do, so is None returned.
    """
    run: Run | None = None
    with _stoppable() as stop:
        try:
            with wait_for_turn(store, stop, _say_once("another run is active; waiting for its end")) as lease:
                _close_dead_commands(store)
                run = ask()
                if run is None:
                    return None
                with traced(), shown(title) as listener:
                    return perform(store, settings, run.id, lease, stop, listener)
        except RunInterruptedError:
            if run is None:
                raise
            return _cancelled(store, run.id)
        except StoreError as fault:
            if run is not None:
                with suppress(StoreError):  # whoever performs the next run closes it otherwise
                    close_abandoned(store, [run.id], utc_now(), str(fault), STORE)
            raise


@contextmanager
def here_in_turn(store: Store) -> Iterator[tuple[Lease, threading.Event]]:
    """The turn in which no other process performs a run, and an event that Ctrl-C and SIGTERM set."""
    waiting = _say_once("a run is active; waiting for its end")
    with _stoppable() as stop, wait_for_turn(store, stop, waiting) as lease:
        yield lease, stop


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, lambda *_: stop.set()) for one in signals]
    try:
        yield stop
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _cancelled(store: Store, run_id: str) -> Run:
    with store.write() as connection:
        runs.finish(connection, runs.find(connection, run_id), "cancelled", utc_now(), failure="interrupted")
        return runs.find(connection, run_id)


def _say_once(message: str) -> Callable[[], None]:
    said = threading.Event()

    def say() -> None:
        if not said.is_set():
            said.set()
            errors.print(f"[yellow]{message}[/yellow]")

    return say


def _close_dead_commands(store: Store) -> None:
    """Holding the lease means that no other process performs a run: those of commands died."""
    with store.read() as connection:
        dead = [
            run.id for run in runs.with_status(connection, ["active", "queued"]) if run.trigger in BY_COMMAND
        ]
    close_abandoned(store, dead, utc_now())


def exit_code(run: Run) -> int:
    """0 clean, 3 with errors, 1 failed, 4 held back as suspicious."""
    if run.status != "completed":
        return FAILED
    if run.outcome == "suspicious":
        return SUSPICIOUS
    return CLEAN if run.outcome == "clean" else WITH_ERRORS


def print_json(store: Store, run: Run) -> None:
    """One JSON object on standard output, as the API would answer."""
    with store.read() as connection:
        found = problems.of_run(connection, run.id)
    print(present.job_detail(run, found).model_dump_json(by_alias=True, indent=2))


def print_summary(store: Store, run: Run) -> None:
    """What the run did: tenants by risk level, biggest falls, problems, time."""
    if run.status != "completed":
        errors.print(f"[red]The run {run.status}:[/red] {escape(run.failure or 'no reason is known')}")
        errors.print("Nothing was published; the scores of before stay as they were.")
        return
    if run.outcome == "suspicious":
        errors.print(f"[red]Suspicious, and held back:[/red] {escape(run.failure or '')}")
        errors.print(
            "Nothing was published; the figures are kept. If they are right, publish them:\n"
            f"  client-health run --accept {run.id}",
            soft_wrap=True,
        )
        return
    counts = run.counts
    output.print(
        f"[bold]{counts['scored']:,} of {counts['tenants']:,} tenants scored[/bold] for {run.score_date} "
        f"(as of {iso(run.as_of)}), {counts['seconds_working']:.1f} s at work, "
        f"{counts['seconds_asleep']:.1f} s asleep"
    )
    levels = "   ".join(f"{name} {count:,}" for name, count in counts["risk_levels"].items())
    output.print(f"Risk: {levels}")
    _print_falls(counts["biggest_falls"])
    with store.read() as connection:
        _print_problems(problems.of_run(connection, run.id), counts["errors"], counts["notices"])


def _print_falls(falls: list[dict[str, object]]) -> None:
    if not falls:
        return
    table = Table("Biggest falls", "from", "to", "since", box=None, pad_edge=False)
    for column in table.columns[1:3]:
        column.justify = "right"
    for fall in falls:
        table.add_row(escape(str(fall["name"])), str(fall["from"]), str(fall["to"]), str(fall["since"]))
    output.print(table)


def _print_problems(found: list[Problem], error_count: int, notice_count: int) -> None:
    for word, colour, count in (("error", "red", error_count), ("notice", "yellow", notice_count)):
        some = [problem for problem in found if problem.severity == word]
        for problem in some[:SHOWN]:
            errors.print(f"[{colour}]{word}[/{colour}] {escape(str(problem))}", soft_wrap=True)
        if count > SHOWN:
            errors.print(f"… and {count - SHOWN:,} more; `client-health status` and the API show the run")
