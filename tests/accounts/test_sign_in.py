"""Signing in with a password: limits by name and by address, and what success changes."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from client_health.accounts import administration, passwords, sign_in
from client_health.accounts.administration import NewUser
from client_health.accounts.sign_in import Origin, SignInRefusedError, TooManyAttemptsError
from client_health.settings.access import SignInSettings
from client_health.store import sessions, users
from client_health.store.engine import Store
from tests.cast import TESTER

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PASSWORD = "seven green apples"
pytestmark = pytest.mark.usefixtures("quick_passwords")
HERE, THERE = Origin("192.0.2.1", "Firefox"), Origin("192.0.2.2")


@dataclass
class Door:
    """The way in, with a clock that a test moves."""

    store: Store
    now: datetime = NOON
    limits: SignInSettings = field(default_factory=SignInSettings)

    def enter(self, name: str = "anna", password: str = PASSWORD, origin: Origin = HERE) -> str:
        return sign_in.by_password(self.store, self.limits, name, password, origin, self.now)

    def fail(self, times: int, name: str = "anna", origin: Origin = HERE) -> None:
        for _ in range(times):
            with pytest.raises(SignInRefusedError, match="wrong"):
                self.enter(name, "another password", origin)

    def is_shut(self, name: str = "anna", origin: Origin = HERE) -> bool:
        """Whether even the right password is refused."""
        try:
            self.enter(name, PASSWORD, origin)
        except TooManyAttemptsError:
            return True
        return False


@pytest.fixture
def door(store):
    administration.add(store, NewUser("anna", "csm", PASSWORD, "Anna Berger"), TESTER, NOON)
    administration.add(store, NewUser("ben", "csm", PASSWORD), TESTER, NOON)
    return Door(store)


def test_the_right_password_begins_a_session(door):
    token = door.enter()
    with door.store.read() as connection:
        session = sessions.find(connection, token, NOON)
        listed = sessions.of_user(connection, session.user.id, NOON)
    assert (session.user.name, session.user.last_sign_in_at) == ("anna", NOON)
    assert [(one.address, one.agent) for one in listed] == [("192.0.2.1", "Firefox")]


def test_a_name_is_one_name_however_it_is_written(door):
    assert door.enter(" ANNA ")
    assert door.enter("\uff41nna")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "another password"),
        ("anna", ""),
        ("anna", PASSWORD.upper()),
        ("nobody", PASSWORD),
        ("", ""),
        ("anna\0", PASSWORD),
        ("\0", "\0"),
        ("x" * 10_000, "x" * 10_000),
        ("' or 1=1 --", PASSWORD),
    ],
)
def test_anything_else_is_refused_in_the_same_words(door, name, password):
    with pytest.raises(SignInRefusedError) as refusal:
        door.enter(name, password)
    assert str(refusal.value) == "Name or password is wrong."


def test_a_disabled_user_and_one_of_the_identity_provider_are_refused_in_the_same_words(door):
    with door.store.write() as connection:
        users.disable(connection, users.by_name(connection, "anna").id, NOON)
        users.add(connection, "emil", "Emil", "csm", NOON, subject="issuer emil")
    for name in ("anna", "emil"):
        with pytest.raises(SignInRefusedError, match=r"Name or password is wrong\."):
            door.enter(name)


def test_a_check_is_made_for_every_name(door, monkeypatch):
    checked = []
    monkeypatch.setattr(
        passwords, "check", lambda password, kept: checked.append(kept) or passwords.Checked(False)
    )
    for name in ("anna", "nobody"):
        with pytest.raises(SignInRefusedError):
            door.enter(name)
    assert [kept is None for kept in checked] == [False, True]


def test_after_five_failures_the_name_waits_whoever_asks(door):
    door.fail(5)
    assert door.is_shut()
    assert door.is_shut(origin=THERE)
    assert not door.is_shut("ben")


def test_a_name_that_nobody_has_waits_alike(door):
    door.fail(5, "nobody")
    with pytest.raises(TooManyAttemptsError) as refusal:
        door.enter("nobody")
    door.fail(5)
    with pytest.raises(TooManyAttemptsError) as known:
        door.enter()
    assert str(refusal.value) == str(known.value) == "Too many attempts. Wait 15 minutes and try again."
    assert refusal.value.seconds == 900


def test_the_wait_ends_with_the_window_and_what_is_refused_does_not_prolong_it(door):
    door.fail(5)
    for minute in range(1, 15):
        door.now = NOON + timedelta(minutes=minute)
        assert door.is_shut()
    door.now = NOON + timedelta(minutes=15)
    assert not door.is_shut()


def test_failures_that_are_further_apart_do_not_add_up(door):
    for hour in range(10):
        door.now = NOON + timedelta(hours=hour)
        door.fail(4)
    door.now += timedelta(minutes=16)
    assert not door.is_shut()


def test_success_forgets_the_failures_of_the_name(door):
    for _ in range(3):
        door.fail(4)
        assert door.enter()


def test_after_twenty_failures_the_address_waits_for_any_name(door):
    for number in range(20):
        door.fail(1, f"guess-{number}")
    assert door.is_shut()
    assert door.is_shut("ben")
    assert not door.is_shut(origin=THERE)


def test_success_does_not_forget_the_failures_of_the_address(door):
    for number in range(19):
        door.fail(1, f"guess-{number}")
    assert door.enter()
    door.fail(1, "guess-20")
    assert door.is_shut()


def test_a_network_of_ipv6_is_one_address_and_ipv4_within_it_is_itself(door):
    for number in range(20):
        door.fail(1, f"guess-{number}", Origin(f"2001:db8:1:1::{number:x}"))
    assert door.is_shut(origin=Origin("2001:db8:1:1:ffff::1"))
    assert not door.is_shut(origin=Origin("2001:db8:1:2::1"))
    for number in range(20):
        door.fail(1, f"other-{number}", Origin("::ffff:192.0.2.7"))
    assert not door.is_shut(origin=Origin("::ffff:192.0.2.8"))


def test_the_limits_are_those_of_the_settings(door):
    door.limits = SignInSettings(failures_per_account=2, failures_per_address=3, window=60)
    door.fail(2)
    assert door.is_shut()
    door.fail(1, "nobody")
    assert door.is_shut("ben")
    door.now += timedelta(seconds=60)
    assert not door.is_shut()


def test_many_attempts_at_once_do_not_pass_the_limit_together(door):
    refused, begin = [], threading.Barrier(12)

    def attempt():
        begin.wait()
        try:
            door.enter("anna", "another password")
        except SignInRefusedError as refusal:
            refused.append(type(refusal))

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), refused.count(TooManyAttemptsError)) == (12, 7)


def test_a_password_of_older_parameters_is_renewed_at_sign_in(door, monkeypatch):
    def kept():
        with door.store.read() as connection:
            return users.by_name(connection, "anna").password_hash

    before = kept()
    newer = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "HASHER", newer)
    assert door.enter()
    assert kept() != before
    assert "t=2" in kept()
    assert door.enter()


@pytest.mark.parametrize("meanwhile", ["reset", "disable"])
def test_a_change_while_the_password_is_checked_holds(door, monkeypatch, meanwhile):
    user, check = administration.named(door.store, "anna"), passwords.check

    def slow(password, kept):
        checked = check(password, kept)
        monkeypatch.setattr(passwords, "check", check)
        if meanwhile == "reset":
            administration.reset_password(door.store, user, "eight red plums", TESTER, NOON, must_change=True)
        else:
            with door.store.write() as connection:
                users.disable(connection, user.id, NOON)
        return checked

    monkeypatch.setattr(passwords, "check", slow)
    with pytest.raises(SignInRefusedError, match="wrong"):
        door.enter()


def test_a_reset_lets_in_who_had_to_wait(door):
    door.fail(5)
    user = administration.named(door.store, "anna")
    administration.reset_password(door.store, user, "eight red plums", TESTER, NOON, must_change=False)
    assert door.enter(password="eight red plums")


def test_a_token_is_never_kept_or_reused(door):
    first, second = door.enter(), door.enter()
    assert first != second
    with door.store.read() as connection:
        ids = [one.id for one in sessions.of_user(connection, users.by_name(connection, "anna").id, NOON)]
    assert len(ids) == 2
    assert not {first, second} & set(ids)
