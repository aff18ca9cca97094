"""What changes a user, and that an administrator always remains."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from client_health.accounts import administration, passwords, sign_in
from client_health.accounts.administration import NewUser, OwnChange
from client_health.accounts.passwords import PasswordRefusedError
from client_health.accounts.sign_in import Origin, SignInRefusedError, TooManyAttemptsError
from client_health.errors import ConflictError, NotFoundError, UsageError
from client_health.settings.access import SignInSettings
from client_health.store import sessions, users
from tests.cast import TESTER, person

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PASSWORD, OTHER = "seven green apples", "eight red plums"
HERE = Origin("192.0.2.1")
pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def anna(store):
    return administration.add(store, NewUser("anna", "admin", PASSWORD, "Anna Berger"), TESTER, NOON)


@pytest.fixture
def ben(store):
    return administration.add(store, NewUser("ben", "csm", PASSWORD, must_change=True), TESTER, NOON)


def find(store, user):
    with store.read() as connection:
        return users.by_id(connection, user.id)


def begin(store, user) -> str:
    with store.write() as connection:
        return sessions.begin(connection, user.id, NOON)


def lives(store, token) -> bool:
    with store.read() as connection:
        return sessions.find(connection, token, NOON) is not None


def test_a_user_is_added_with_a_role_and_a_hash(anna, ben):
    assert (anna.name, anna.display_name, anna.role) == ("anna", "Anna Berger", "admin")
    assert anna.password_hash.startswith("$argon2id$")
    assert (ben.display_name, ben.must_change_password) == ("ben", True)


@pytest.mark.parametrize("name", ["anna", "ANNA", " Anna "])
def test_a_name_is_taken_whatever_its_case(store, anna, name):
    with pytest.raises(ConflictError, match="there is a user 'anna' already"):
        administration.add(store, NewUser(name, "csm", OTHER), TESTER, NOON)


@pytest.mark.parametrize("name", ["", "  ", "anna berger", "a\nb", "a\0b", "x" * 101])
def test_a_name_is_one_word_that_can_be_seen(store, name):
    with pytest.raises(UsageError, match="1 to 100 visible characters"):
        administration.add(store, NewUser(name, "csm", OTHER), TESTER, NOON)


def test_a_reset_ends_the_sessions(store, ben):
    token = begin(store, ben)
    administration.reset_password(store, ben, OTHER, TESTER, NOON, must_change=True)
    assert not lives(store, token)
    assert passwords.check(OTHER, find(store, ben).password_hash).is_right


def test_whom_the_identity_provider_knows_has_neither_password_nor_role_here(store, anna):
    with store.write() as connection:
        emil = users.add(connection, "emil", "Emil", "csm", NOON, subject="issuer emil")
    with pytest.raises(ConflictError, match="identity provider"):
        administration.reset_password(store, emil, OTHER, TESTER, NOON, must_change=True)
    with pytest.raises(ConflictError, match="identity provider"):
        administration.change_role(store, emil.id, "admin", TESTER, NOON)
    change = OwnChange(PASSWORD, OTHER, "token", HERE)
    with pytest.raises(ConflictError, match="identity provider"):
        administration.change_own_password(store, SignInSettings(), emil, change, NOON)


def test_the_last_admin_is_neither_disabled_nor_demoted(store, anna, ben):
    for attempt in (
        lambda: administration.disable(store, anna.id, person("anna"), NOON),
        lambda: administration.change_role(store, anna.id, "csm", person("anna"), NOON),
    ):
        with pytest.raises(ConflictError, match="'anna' is the last admin"):
            attempt()
    administration.change_role(store, ben.id, "admin", person("anna"), NOON)
    administration.disable(store, anna.id, person("ben"), NOON)
    with pytest.raises(ConflictError, match="'ben' is the last admin"):
        administration.change_role(store, ben.id, "viewer", person("ben"), NOON)


def test_two_admins_who_demote_each_other_at_once_leave_one(store, anna, ben):
    administration.change_role(store, ben.id, "admin", person("anna"), NOON)
    begin_together, refused = threading.Barrier(2), []

    def demote(user):
        begin_together.wait()
        try:
            administration.change_role(store, user.id, "csm", TESTER, NOON)
        except ConflictError:
            refused.append(user.name)

    threads = [threading.Thread(target=demote, args=(user,)) for user in (anna, ben)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(find(store, user).role for user in (anna, ben)) == ["admin", "csm"]


def test_disabling_ends_sessions_and_enabling_lets_in_again(store, anna, ben):
    token = begin(store, ben)
    administration.disable(store, ben.id, person("anna"), NOON)
    assert not lives(store, token)
    assert find(store, ben).disabled_at == NOON
    administration.enable(store, ben.id, person("anna"), NOON)
    assert find(store, ben).disabled_at is None
    assert not lives(store, token)


def test_ones_own_change_needs_the_old_password_and_ends_the_other_sessions(store, ben):
    here, there = begin(store, ben), begin(store, ben)
    limits = SignInSettings(failures_per_account=2)

    def change(old, new):
        wanted = OwnChange(old, new, here, HERE)
        administration.change_own_password(store, limits, find(store, ben), wanted, NOON)

    with pytest.raises(SignInRefusedError, match="wrong"):
        change("another password", OTHER)
    with pytest.raises(PasswordRefusedError, match="present one"):
        change(PASSWORD, PASSWORD)
    with pytest.raises(PasswordRefusedError, match="at least"):
        change(PASSWORD, "short")
    assert lives(store, there)
    change(PASSWORD, OTHER)
    assert (lives(store, here), lives(store, there)) == (True, False)
    assert not find(store, ben).must_change_password
    for _ in range(2):
        with pytest.raises(SignInRefusedError):
            change("another password", PASSWORD)
    with pytest.raises(TooManyAttemptsError):
        change(OTHER, PASSWORD)


def test_a_user_who_is_not_there_is_named(store):
    with pytest.raises(NotFoundError, match="no user 'nobody'; `client-health users list`"):
        administration.named(store, "nobody")


def test_a_session_ends_by_idleness_and_by_age_and_is_listed_no_more(store, ben):
    token = begin(store, ben)

    def at(later):
        with store.read() as connection:
            found = sessions.find(connection, token, NOON + later)
            listed = sessions.of_user(connection, ben.id, NOON + later)
        return found is not None, len(listed)

    assert at(sessions.IDLE) == (True, 1)
    assert at(sessions.IDLE + timedelta(seconds=1)) == (False, 0)
    with store.write() as connection:
        sessions.touch(connection, token, NOON + sessions.LONGEST)
    assert at(sessions.LONGEST) == (True, 1)
    assert at(sessions.LONGEST + timedelta(seconds=1)) == (False, 0)


def test_one_ends_ones_own_sessions_only(store, anna, ben):
    token = begin(store, ben)
    with store.write() as connection, pytest.raises(NotFoundError):
        sessions.end_one(connection, anna.id, sessions.identity(token))
    assert lives(store, token)


def test_what_happens_is_logged_with_names_and_without_passwords(store, anna, ben, capsys):
    administration.reset_password(store, ben, OTHER, person("anna"), NOON, must_change=True)
    administration.change_role(store, ben.id, "viewer", person("anna"), NOON)
    administration.disable(store, ben.id, person("anna"), NOON)
    administration.enable(store, ben.id, person("anna"), NOON)
    token = begin(store, ben)
    administration.end_sessions(store, ben.id, person("anna"), NOON)
    change = OwnChange("wrong plum or apple", PASSWORD, token, HERE)
    with pytest.raises(SignInRefusedError):
        administration.change_own_password(store, SignInSettings(), find(store, ben), change, NOON)
    said = capsys.readouterr().out
    for event in ("password reset", "role changed", "user disabled", "user enabled", "sessions ended"):
        line = next(line for line in said.splitlines() if event in line)
        assert "ben" in line
        assert "anna" in line
    assert "sign-in refused" in said
    with pytest.raises(SignInRefusedError):
        sign_in.by_password(store, SignInSettings(), "my secret by mistake", "x", HERE, NOON)
    said += capsys.readouterr().out
    assert "(unknown)" in said
    for secret in (PASSWORD, OTHER, "wrong plum", token, "argon2", "by mistake"):
        assert secret not in said
