"""Passwords: refused if others would guess them first, kept as argon2id, checked with equal work for all."""

import re

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from client_health.accounts import passwords
from client_health.accounts.passwords import PasswordRefusedError

GOOD = "seven green apples"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 1001, "at most 1,000"),
        ("anna.berger@example.com", "little more than the user name"),
        ("Anna.Berger@Example.com1!", "little more than the user name"),
        ("Password1234", "easy to guess"),
        ("correcthorsebatterystaple", "easy to guess"),
        ("abcabcabcabcabc", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "easy to guess"),
    ],
)
def test_what_others_would_guess_first_is_refused(password, reason):
    with pytest.raises(PasswordRefusedError, match=reason):
        passwords.accepted(password, "anna.berger@example.com")


@pytest.mark.parametrize(
    "password", [GOOD, "päßwörter für alle", "🐢" * 4 + "🦊🦁🐯🐸🐙🦋🐝🐞", "abcde" * 200, "  spaces count "]
)
def test_anything_else_is_accepted_and_right_again(password):
    kept = passwords.accepted(password, "anna")
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert passwords.check(password, kept).is_right
    assert not passwords.check(password[:-1] + "?", kept).is_right


def test_every_obvious_password_would_be_long_enough():
    assert all(len(one) >= passwords.SHORTEST for one in passwords._obvious())


def test_the_same_password_is_never_kept_alike():
    assert passwords.hashed(GOOD) != passwords.hashed(GOOD)


def test_two_ways_to_write_a_letter_are_one_password():
    assert passwords.check("cafe\u0301 au lait, svp", passwords.hashed("caf\u00e9 au lait, svp")).is_right


def test_a_password_of_weaker_parameters_is_kept_anew():
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1),)).hash(GOOD)
    checked = passwords.check(GOOD, weak)
    assert checked.is_right
    assert checked.renewed is not None
    assert "m=65536,t=3" in checked.renewed
    assert passwords.check(GOOD, checked.renewed).renewed is None
    assert passwords.check("another password", weak).renewed is None


@pytest.mark.parametrize("password", ["", GOOD, "x" * 1001, "\ud800 alone in here"])
def test_without_a_user_nothing_is_right_and_the_same_work_is_done(password, monkeypatch):
    verified = []

    class Counting(PasswordHash):
        def verify_and_update(self, password, hash):
            verified.append(hash)
            return super().verify_and_update(password, hash)

    monkeypatch.setattr(passwords, "HASHER", Counting(passwords.HASHER.hashers))
    assert not passwords.check(password, None).is_right
    assert len(verified) == 1
    assert verified[0].split("$")[:4] == passwords.hashed(GOOD).split("$")[:4]


def test_a_generated_password_is_good_and_never_the_same():
    made = {passwords.generated() for _ in range(100)}
    assert len(made) == 100
    for one in made:
        passwords.require_good(one, "anna")
        assert re.fullmatch(r"([a-hj-km-np-z2-9]{5}-){3}[a-hj-km-np-z2-9]{5}", one)
