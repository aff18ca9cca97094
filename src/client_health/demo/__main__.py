"""`make demo`: build a demo and serve it."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from client_health.accounts import administration, passwords
from client_health.accounts.administration import NewUser
from client_health.app.logs import configure_logs
from client_health.cli.context import FAILED, USAGE, errors, output
from client_health.cli.performing import exit_code, perform_request, print_summary
from client_health.demo import history, listening, progress, tour
from client_health.demo.folder import APPLICATION, prepare
from client_health.errors import ClientHealthError, UsageError
from client_health.instants import closed_day, end_of_day, last_midnight, utc_now
from client_health.jobs import requests
from client_health.settings import Settings, load_settings
from client_health.store import keys, migrate
from client_health.store.audit import Actor
from client_health.store.engine import Store, open_store

INTERRUPTED = 130
DEMO = Actor("demo", "command")


def demo(
    folder: Annotated[Path, typer.Option(help="Folder of the demo; it is emptied first.")] = Path("demo"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    tenants: Annotated[int, typer.Option(min=1, max=5000, help="Tenants of the application.")] = 250,
    days: Annotated[int, typer.Option(min=1, max=730, help="Days of history, up to yesterday.")] = 180,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it until Ctrl-C.")] = True,
) -> None:
    """Build a demo: an application with a history, scored night by night; then serve it."""
    if serve:
        listening.require_free(host, port)
    config = prepare(folder)
    settings = load_settings(config)
    with closing(open_store(settings)) as store:
        migrate.upgrade(store)
        with _interruptible():
            stories = build(store, settings, folder / APPLICATION, tenants, days)
        if not serve:
            _print_how_to_serve("Built. To serve it:", config)
            return
        code = serve_tour(store, settings, host, port, stories)
    _print_how_to_serve("Stopped. To serve it again without building it:", config)
    _end(code)


def build(store: Store, settings: Settings, path: Path, tenants: int, days: int) -> tour.Stories:
    """Let the history happen, then score its last night as `client-health run` does."""
    last = closed_day(last_midnight(utc_now(), settings.zone), settings.zone)
    span = history.last_days(last, days)
    errors.print(f"A simulated application: {tenants:,} tenants, {days:,} days from {span[0]} to {last}")
    with closing(history.founded(path, tenants, span)) as world:
        with progress.shown(days) as tell:
            history.happen(store, settings, world, span, tell)
        stories = world.stories
    night = end_of_day(last, settings.zone)
    request = requests.by_command(settings, night, (), False, DEMO, utc_now())
    done = perform_request(store, settings, request, f"Scoring {last}")
    print_summary(store, done)
    if done.status != "completed":
        raise typer.Exit(exit_code(done))
    tour.print_tables(store, stories)
    return stories


def serve_tour(store: Store, settings: Settings, host: str, port: int, stories: tour.Stories) -> int:
    """Serve until a signal, and show the visitor around once requests are answered."""
    from client_health.app.process import run_server

    access = let_in(store)
    address = listening.address(host, port)
    return run_server(
        store, settings, host, port, True, lambda: tour.print_tour(store, stories, address, access)
    )


def let_in(store: Store) -> tour.Access:
    """A user and a key, both of an administrator, for the visitor of this demo alone."""
    user = NewUser("demo", "admin", passwords.generated(), "Demo Visitor")
    administration.add(store, user, DEMO, utc_now())
    with store.write() as connection:
        _, secret = keys.create(connection, "demo", "admin", DEMO, utc_now())
    return tour.Access(user.name, user.password, secret)


def _end(code: int) -> None:
    from client_health.app.process import end_process

    end_process(code)


def _print_how_to_serve(words: str, config: Path) -> None:
    output.print(f"\n{words} client-health --config {escape(str(config))} serve", soft_wrap=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the building."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print("Stopped before the demo was built; call it again to start anew.")
        raise typer.Exit(INTERRUPTED) from None


def main() -> None:
    """Faults of users are one sentence."""
    configure_logs("WARNING")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(demo)
    try:
        app(prog_name="python -m client_health.demo")
    except ClientHealthError as fault:
        errors.print(f"[red]error:[/red] {escape(str(fault))}")
        sys.exit(USAGE if isinstance(fault, UsageError) else FAILED)


if __name__ == "__main__":
    main()
