"""`users`: added, listed, disabled and reset; a password is told once or not at all."""

import os
import pty
import re
import select
import signal
import termios
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from client_health.accounts import sign_in
from client_health.accounts.sign_in import Origin, SignInRefusedError
from client_health.instants import utc_now
from client_health.settings.access import SignInSettings
from client_health.store import users
from client_health.store.engine import Store
from client_health.store.users import User
from tests.cli.conftest import COMMAND, Cli
from tests.store.conftest import open_store

T = TypeVar("T")
PATIENCE = 60  # seconds
PASSWORD = "seven green apples"
GENERATED = r"[a-z2-9]{5}(-[a-z2-9]{5}){3}\n"


def at_a_terminal(cli: Cli, answers: list[str], *arguments: str) -> tuple[int, str]:
    """The installed command at a terminal, answered where it asks unseen; returns what was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.folder)
        os.execve(COMMAND, [str(COMMAND), *arguments], cli.environment)
    shown, pending, deadline = "", list(answers), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                shown += os.read(terminal, 4096).decode()
            except OSError:  # the command has ended
                break
        elif pending and not termios.tcgetattr(terminal)[3] & termios.ECHO:
            os.write(terminal, (pending.pop(0) + "\n").encode())
    else:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def in_store(cli: Cli, ask: Callable[[Store], T]) -> T:
    store = open_store(f"sqlite:///{cli.folder / 'store.db'}")
    try:
        return ask(store)
    finally:
        store.close()


def user_of(cli: Cli, name: str) -> User | None:
    def ask(store: Store) -> User | None:
        with store.read() as connection:
            return users.by_name(connection, name)

    return in_store(cli, ask)


def may_enter(cli: Cli, name: str, password: str) -> bool:
    def ask(store: Store) -> bool:
        try:
            sign_in.by_password(store, SignInSettings(), name, password, Origin("192.0.2.1"), utc_now())
        except SignInRefusedError:
            return False
        return True

    return in_store(cli, ask)


def test_a_generated_password_stands_alone_on_standard_output_and_is_for_the_first_sign_in(cli):
    done = cli("users", "add", "Anna", "--role", "admin", "--display-name", "Anna Berger")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(GENERATED, done.stdout)
    assert "User anna, role admin" in done.stderr
    assert done.stdout.strip() not in done.stderr
    assert may_enter(cli, "anna", done.stdout.strip())
    assert user_of(cli, "anna").must_change_password
    assert user_of(cli, "anna").display_name == "Anna Berger"


def test_a_password_from_standard_input_is_told_nowhere(cli):
    done = cli.with_stdin(PASSWORD + "\n", "users", "add", "ben", "--role", "csm", "--password-stdin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "User ben, role csm, may sign in.\n"
    assert may_enter(cli, "ben", PASSWORD)
    assert not user_of(cli, "ben").must_change_password


@pytest.mark.slow
def test_a_terminal_is_asked_twice_and_shows_nothing_of_it(cli):
    code, shown = at_a_terminal(cli, [PASSWORD, PASSWORD], "users", "add", "ben", "--role", "csm")
    assert code == 0, shown
    assert PASSWORD not in shown
    assert may_enter(cli, "ben", PASSWORD)
    code, shown = at_a_terminal(cli, [PASSWORD, "another one"], "users", "reset", "ben")
    assert (code, "the two passwords differ" in shown) == (2, True)
    code, shown = at_a_terminal(cli, [""], "users", "reset", "ben")
    password = re.search(GENERATED.replace("\\n", ""), shown)[0]
    assert (code, may_enter(cli, "ben", password)) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "anna", "--role", "csm"), "there is a user 'anna' already"),
        (("add", "ANNA", "--role", "csm"), "there is a user 'anna' already"),
        (("disable", "nobody"), "users list"),
        (("enable", "nobody"), "users list"),
        (("reset", "nobody"), "users list"),
        (("disable", "anna"), "last admin"),
    ],
)
def test_what_does_not_fit_is_1_in_a_sentence(cli, arguments, said):
    cli("users", "add", "anna", "--role", "admin")
    done = cli("users", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in " ".join(done.stderr.split())


def test_a_bad_role_name_or_password_is_2(cli):
    assert cli("users", "add", "anna", "--role", "root").returncode == 2
    assert cli("users", "add", "anna").returncode == 2
    assert cli("users", "add", "anna berger", "--role", "csm").returncode == 2
    for weak in ("", "short\n", "password1234\n"):
        done = cli.with_stdin(weak, "users", "add", "anna", "--role", "csm", "--password-stdin")
        assert done.returncode == 2
        assert "password" in done.stderr
        assert weak.strip() == "" or weak.strip() not in done.stderr
    assert "no user yet" in cli("users", "list").stdout


def test_users_are_listed_without_anything_secret(cli):
    cli("users", "add", "anna", "--role", "admin", "--display-name", "[bold]Anna[/bold]")
    cli.with_stdin(PASSWORD, "users", "add", "ben", "--role", "csm", "--password-stdin")
    cli("users", "disable", "ben")
    listed = cli("users", "list").stdout
    rows = {line.split()[0]: line for line in listed.splitlines()}
    assert "[bold]Anna[/bold]" in rows["anna"]
    assert "first sign-in pending" in rows["anna"]
    assert "disabled" in rows["ben"]
    assert "argon2" not in listed


def test_who_is_disabled_stays_out_until_enabled(cli):
    cli("users", "add", "anna", "--role", "admin")
    cli.with_stdin(PASSWORD, "users", "add", "ben", "--role", "csm", "--password-stdin")
    assert cli("users", "disable", "Ben").returncode == 0
    assert not may_enter(cli, "ben", PASSWORD)
    assert cli("users", "enable", "ben").returncode == 0
    assert may_enter(cli, "ben", PASSWORD)


def test_a_reset_replaces_the_password_and_lets_in_who_had_to_wait(cli):
    cli.with_stdin(PASSWORD, "users", "add", "ben", "--role", "csm", "--password-stdin")
    for _ in range(5):
        assert not may_enter(cli, "ben", "a wrong password")
    assert not may_enter(cli, "ben", PASSWORD)
    done = cli("users", "reset", "ben")
    assert re.fullmatch(GENERATED, done.stdout)
    assert not may_enter(cli, "ben", PASSWORD)
    assert may_enter(cli, "ben", done.stdout.strip())


def test_the_password_is_not_in_the_store(cli):
    secret = cli("users", "add", "anna", "--role", "admin").stdout.strip()
    assert all(secret.encode() not in file.read_bytes() for file in cli.folder.glob("store.db*"))
