"""The page `commands.md`: every command with its options and exit codes."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import typer

from client_health.cli.context import CLEAN, FAILED, SUSPICIOUS, USAGE, WITH_ERRORS
from client_health.cli.main import app
from generating.markdown import NOTE, code, fenced, table

MEANINGS = {
    CLEAN: "Done. A run or backfill: completed clean, notices included.",
    FAILED: "Failed, with a sentence on standard error. A run: nothing was published.",
    USAGE: "An option or argument cannot be understood.",
    WITH_ERRORS: "A run or backfill was published with errors: a query failed, a value was rejected, "
    "or a tenant has no score.",
    SUSPICIOUS: "A run was held back because too many scores would jump; nothing was published.",
}
WITH_OUTCOME = {"run": {WITH_ERRORS, SUSPICIOUS}, "backfill": {WITH_ERRORS}}
INTRO = """# Commands

The command is `client-health`. Results go to standard output, everything else to standard error.

`--config FILE` may stand before or after the command. `--help` works everywhere.
"""


def page() -> str:
    """The page, from the commands themselves."""
    root = typer.main.get_command(app)
    codes = table(("exit code", "meaning"), [(str(number), text) for number, text in MEANINGS.items()])
    options = table(("option", "meaning", "default"), [_option(one) for one in root.params])
    parts = [NOTE, INTRO, "## Exit codes\n", codes, "## Options of every command\n", options]
    return "\n".join([*parts, *(_command(name, one) for name, one in commands(root))])


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", one


def _command(name: str, command: Any) -> str:
    title = f"client-health {name}"
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(
        [title, "[OPTIONS]" if len(arguments) < len(command.params) else "", *map(_slot, arguments)]
    )
    rows = [_option(one) for one in command.params]
    parts = [f"## {title}\n", fenced(" ".join(usage.split()), "text"), command.help.strip() + "\n"]
    if rows:
        parts.append(table(("option", "meaning", "default"), rows))
    outcomes = WITH_OUTCOME.get(name, set())
    codes = [number for number in MEANINGS if number <= USAGE or number in outcomes]
    return "\n".join([*parts, f"Exit codes: {', '.join(map(str, codes))}.\n"])


def _slot(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _option(option: Any) -> tuple[str, str, str]:
    """One row: how it is written, what it does, its default."""
    meaning, choices = option.help or "", _choices(option)
    if choices and not all(str(choice) in meaning for choice in choices):
        meaning += f" One of {', '.join(code(choice) for choice in choices)}."
    if option.envvar:
        meaning += f" Environment variable: {code(option.envvar)}."
    return _written(option), meaning, _default(option)


def _choices(option: Any) -> tuple[str, ...]:
    kind = option.type_descriptor.annotation if option.type_descriptor else None
    return get_args(kind) if get_origin(kind) is Literal else ()


def _written(option: Any) -> str:
    if option.param_type_name == "argument":
        return code(_slot(option))
    value = "" if option.is_flag else f" {option.metavar or option.opts[0].strip('-').upper()}"
    names = [*option.opts, *option.secondary_opts]
    return ", ".join(code(f"{name}{value}") for name in names)


def _default(option: Any) -> str:
    if option.required:
        return "required"
    if getattr(option, "is_flag", False):  # an argument is never one
        return code(option.opts[0]) if option.default else ""
    return code(option.default)
