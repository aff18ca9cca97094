"""The entry point: global options, and how faults become exit codes."""

import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from client_health import __version__
from client_health.cli import (
    audit,
    backfill,
    check,
    db,
    explain,
    export,
    init,
    keys,
    rescore,
    run,
    scorecard,
    serve,
    status,
    users,
)
from client_health.cli.context import FAILED, USAGE, Context, errors
from client_health.cli.escaping import escape
from client_health.cli.run import ANYTHING
from client_health.errors import ClientHealthError, UsageError

app = typer.Typer(
    name="client-health",
    help="Customer health scores from your own database, every night.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (init, check, run, backfill, rescore, serve, status, explain, export, audit):
    module.register(app)
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(scorecard.app, name="scorecard")
app.add_typer(db.app, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"client-health {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Annotated[
        Path,
        typer.Option(
            "--config", envvar="CLIENT_HEALTH_CONFIG", help="The configuration file.", show_default=True
        ),
    ] = Path("client-health.toml"),
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Customer health scores from your own database, every night."""
    ctx.obj = Context(config)


def main() -> None:
    """Run the command; faults of users are one sentence, faults of ours leave a traceback in the log."""
    from client_health.app.logs import configure_logs

    configure_logs("ERROR")  # what a command has to say, it says itself
    try:
        app(args=_config_first(_lone_accept(sys.argv[1:])))
    except ClientHealthError as fault:
        errors.print(f"[red]error:[/red] {escape(str(fault))}")
        sys.exit(USAGE if isinstance(fault, UsageError) else FAILED)
    except Exception:
        structlog.get_logger(__name__).exception("the command failed by a fault of the program")
        sys.exit(FAILED)


def _lone_accept(arguments: list[str]) -> list[str]:
    """`--accept` without a run accepts what this run finds; the parser wants a value for every option."""
    following = [*arguments[1:], "-"]
    return [
        f"--accept={ANYTHING}" if argument == "--accept" and after.startswith("-") else argument
        for argument, after in zip(arguments, following, strict=True)
    ]


def _config_first(arguments: list[str]) -> list[str]:
    """`--config FILE` may stand anywhere, as people write it."""
    moved: list[str] = []
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--config":
            moved += [argument, *(value for value in [next(pending, None)] if value is not None)]
        elif argument.startswith("--config="):
            moved.append(argument)
        else:
            rest.append(argument)
    return moved + rest
