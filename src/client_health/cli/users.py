"""`client-health users`: who may sign in to the dashboard."""

import sys
from typing import Annotated

import typer
from rich.table import Table

from client_health.cli.context import Context, errors, output
from client_health.cli.context import who as caller
from client_health.cli.escaping import escape
from client_health.errors import UsageError
from client_health.instants import iso, utc_now
from client_health.store import users
from client_health.store.keys import Role
from client_health.store.users import User

app = typer.Typer(help="Users of the dashboard.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="What is typed to sign in; case does not matter.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read the password from standard input. Without it, a terminal is asked; elsewhere, and where "
        "nothing is typed, one is generated for the first sign-in and shown once.",
    ),
]


@app.command("add")
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[
        Role,
        typer.Option(
            help="viewer reads; csm also recalculates one tenant, sets alert levels and writes notes; admin "
            "everything."
        ),
    ],
    display_name: Annotated[str, typer.Option(help="How the user is shown.", metavar="NAME")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Add a user who signs in with a password."""
    from client_health.accounts import administration
    from client_health.accounts.administration import NewUser

    context: Context = ctx.obj
    with context.store() as store:
        password, is_generated = _password(password_stdin)
        new = NewUser(name, role, password, display_name, must_change=is_generated)
        user = administration.add(store, new, caller(), utc_now())
    _tell(f"User {escape(user.name)}, role {role}, may sign in.", password, is_generated)


@app.command("list")
def show(ctx: typer.Context) -> None:
    """List the users."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as connection:
        found = users.all_users(connection)
    table = Table(
        "name", "shown as", "role", "signs in by", "last sign-in", "state", box=None, pad_edge=False
    )
    for user in found:
        seen = iso(user.last_sign_in_at.replace(microsecond=0)) if user.last_sign_in_at else "–"
        way = "identity provider" if user.subject else "password"
        table.add_row(escape(user.name), escape(user.display_name), user.role, way, seen, _state(user))
    output.print(table if found else "There is no user yet; `client-health users add` makes one.")


@app.command("disable")
def disable(ctx: typer.Context, name: Name) -> None:
    """Keep a user out, by any way of signing in; their sessions end at once."""
    from client_health.accounts import administration

    context: Context = ctx.obj
    with context.store() as store:
        user = administration.disable(store, administration.named(store, name).id, caller(), utc_now())
    output.print(f"User {escape(user.name)} is disabled, and signed out everywhere.")


@app.command("enable")
def enable(ctx: typer.Context, name: Name) -> None:
    """Let a disabled user in again, or one who has to wait after wrong passwords."""
    from client_health.accounts import administration

    context: Context = ctx.obj
    with context.store() as store:
        user = administration.enable(store, administration.named(store, name).id, caller(), utc_now())
    output.print(f"User {escape(user.name)} may sign in.")


@app.command("reset")
def reset(ctx: typer.Context, name: Name, password_stdin: FromStdin = False) -> None:
    """Give a user another password; their sessions end at once."""
    from client_health.accounts import administration

    context: Context = ctx.obj
    with context.store() as store:
        user = administration.named(store, name)
        password, is_generated = _password(password_stdin)
        administration.reset_password(store, user, password, caller(), utc_now(), is_generated)
    _tell(f"User {escape(user.name)} has a new password.", password, is_generated)


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was generated."""
    from client_health.accounts import passwords

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    typed = _asked() if sys.stdin.isatty() else ""
    return (typed, False) if typed else (passwords.generated(), True)


def _asked() -> str:
    """What is typed, without echo, twice alike; nothing where nothing is typed."""
    typed: str = typer.prompt(
        "Password (empty: generate one)", default="", hide_input=True, show_default=False, err=True
    )
    if typed and typed != typer.prompt(
        "Once more", default="", hide_input=True, show_default=False, err=True
    ):
        raise UsageError("the two passwords differ")
    return typed


def _tell(done: str, password: str, is_generated: bool) -> None:
    """A generated password stands alone on standard output, so that a script can take it."""
    if not is_generated:
        output.print(done)
        return
    errors.print(f"{done} The password is for the first sign-in and not shown again:")
    typer.echo(password)


def _state(user: User) -> str:
    if user.disabled_at is not None:
        return "disabled"
    return "first sign-in pending" if user.must_change_password else "active"
