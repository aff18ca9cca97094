"""`client-health keys`: make, list, replace and revoke API keys."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from client_health.cli.context import Context, errors, output, who
from client_health.cli.escaping import escape
from client_health.dashboard.words import ahead
from client_health.instants import iso, utc_now
from client_health.store import keys
from client_health.store.keys import ApiKey, Role

app = typer.Typer(help="API keys.", no_args_is_help=True)
Wanted = Annotated[str, typer.Argument(help="Id or name of the key.")]


@app.command("create")
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="Who or what will use it.")],
    role: Annotated[
        Role, typer.Option(help="viewer reads; csm also recalculates one tenant; admin everything.")
    ],
    expires: Annotated[
        str | None,
        typer.Option(metavar="DURATION-OR-DATE", help="After this time, or at the end of this day: 90d."),
    ] = None,
) -> None:
    """Make a key. It is shown once, alone on standard output, and kept only as a hash."""
    from client_health.accounts.lifetimes import expiry

    context: Context = ctx.obj
    now = utc_now()
    end = None if expires is None else expiry(expires, "--expires", context.settings.zone, now)
    with context.store() as store, store.write() as connection:
        key, secret = keys.create(connection, name, role, who(), now, end)
    _tell(f"Key {key.id} for {escape(name)!r}, role {role}, {_lasting(key)}.", secret)


@app.command("list")
def show(ctx: typer.Context) -> None:
    """List the keys, without their secrets."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as connection:
        found = keys.all_keys(connection)
    now = utc_now()
    table = Table("id", "name", "role", "created", "last used", "state", box=None, pad_edge=False)
    for key in found:
        used = _time(key.last_used_at) if key.last_used_at else "–"
        table.add_row(key.id, escape(key.name), key.role, _time(key.created_at), used, _state(key, now))
    output.print(table if found else "There is no key yet; `client-health keys create` makes one.")


@app.command("rotate")
def rotate(
    ctx: typer.Context,
    key: Wanted,
    overlap: Annotated[str, typer.Option(help="How long the old key still works.")] = "24h",
) -> None:
    """Replace a key by a new one with the same name, role and lifetime; for a while both work."""
    from client_health.accounts.lifetimes import duration

    context: Context = ctx.obj
    both = duration(overlap, "--overlap")
    with context.store() as store, store.write() as connection:
        made, secret = keys.rotate(connection, key, who(), utc_now(), both)
    words = f"Key {made.id} for {escape(made.name)!r}, role {made.role}, {_lasting(made)}."
    _tell(f"{words} The old one works for another {overlap}.", secret)


@app.command("revoke")
def revoke(ctx: typer.Context, key: Wanted) -> None:
    """Revoke a key; it stops working at once."""
    context: Context = ctx.obj
    with context.store() as store, store.write() as connection:
        revoked = keys.revoke(connection, key, who(), utc_now())
    output.print(f"Key {revoked.id} ({escape(revoked.name)}) is revoked.")


def _tell(made: str, secret: str) -> None:
    """The secret stands alone on standard output, so that a script can take it."""
    errors.print(f"{made} It is not shown again:")
    typer.echo(secret)


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {_time(key.revoked_at)}"
    if key.expires_at is None:
        return "in force"
    return (
        f"expired {_time(key.expires_at)}" if key.is_expired(now) else f"expires {ahead(key.expires_at, now)}"
    )


def _lasting(key: ApiKey) -> str:
    return "which does not expire" if key.expires_at is None else f"until {_time(key.expires_at)}"


def _time(instant: datetime) -> str:
    return iso(instant.replace(microsecond=0))
