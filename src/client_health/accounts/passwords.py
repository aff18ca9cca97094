"""Passwords: which are refused, how they are kept (argon2id), how they are checked, and a generator."""

import secrets
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from client_health.errors import UsageError

SHORTEST, LONGEST = 12, 1_000
FEWEST_DIFFERENT = 5
HASHER = PasswordHash((Argon2Hasher(),))  # argon2id, with the parameters that its library recommends
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
_AT_ONCE = threading.BoundedSemaphore(4)  # each check takes 64 MiB for a tenth of a second


class PasswordRefusedError(UsageError):
    """The password is too weak, with the reason."""


@dataclass(frozen=True)
class Checked:
    """Whether a password is right; `renewed` where it should be kept anew, under today's parameters."""

    is_right: bool
    renewed: str | None = None


def accepted(password: str, name: str) -> str:
    """What is kept of the password of a user; raises PasswordRefusedError where it is too weak."""
    require_good(password, name)
    return hashed(password)


def require_good(password: str, name: str) -> None:
    """Raise PasswordRefusedError for what others would guess first."""
    plain = _normal(password).casefold()
    if len(password) < SHORTEST:
        raise PasswordRefusedError(f"a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise PasswordRefusedError(f"a password has at most {LONGEST:,} characters")
    if len(plain.replace(name.casefold(), "")) < 4:
        raise PasswordRefusedError("this password is little more than the user name; choose another one")
    if plain in _obvious() or len(set(plain)) < FEWEST_DIFFERENT:
        raise PasswordRefusedError("this password is easy to guess; choose another one")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return HASHER.hash(_bytes(password))


def check(password: str, kept: str | None) -> Checked:
    """Compare with what is kept. Without a user the same work is done, so that time tells nothing."""
    decoy = _decoy()
    fits = len(password) <= LONGEST
    with _AT_ONCE:
        is_right, renewed = HASHER.verify_and_update(_bytes(password) if fits else b"", kept or decoy)
    if kept is None or not fits or not is_right:
        return Checked(False)
    return Checked(True, renewed)


def generated() -> str:
    """A password of 99 random bits in four groups, to be read out or copied."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@cache
def _obvious() -> frozenset[str]:
    """Passwords that are long enough and among the first that are tried."""
    return frozenset(resources.files(__package__).joinpath("obvious.txt").read_text("utf-8").split())


@cache
def _decoy() -> str:
    return hashed(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    """Keyboards write the same sign in different ways."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")
