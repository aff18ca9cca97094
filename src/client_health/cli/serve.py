"""`client-health serve` and `client-health worker`."""

from typing import Annotated, Literal

import typer

from client_health.cli.context import Context, errors, traced
from client_health.settings.load import load_scorecards

LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    typer.Option(
        "--log-level", envvar="CLIENT_HEALTH_LOG_LEVEL", case_sensitive=False, help="Least level logged."
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    ctx: typer.Context,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Perform runs and keep the schedule in this process.")
    ] = True,
    log_level: LogLevel = "info",
) -> None:
    """Serve the API; perform runs and keep the nightly schedule in the same process."""
    from client_health.app.logs import configure_logs
    from client_health.app.process import end_process, run_server

    context: Context = ctx.obj
    configure_logs(log_level.upper())
    load_scorecards(context.settings)  # what is wrong with a file is said now, and not at two in the night
    with traced(), context.store() as store:
        code = run_server(
            store,
            context.settings,
            host,
            port,
            with_worker,
            lambda: errors.print(f"Serving on http://{host}:{port}  (documentation: /docs)"),
        )
    end_process(code)


def worker(
    ctx: typer.Context,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Serve /livez, /readyz and /metrics on this port; left out: no."),
    ] = None,
    host: Host = "127.0.0.1",
    log_level: LogLevel = "info",
) -> None:
    """Perform runs and keep the nightly schedule, without the API."""
    from client_health.app.logs import configure_logs
    from client_health.app.process import end_process, run_worker

    context: Context = ctx.obj
    configure_logs(log_level.upper())
    load_scorecards(context.settings)
    with traced(), context.store() as store:
        code = run_worker(store, context.settings, host, metrics_port)
    end_process(code)
