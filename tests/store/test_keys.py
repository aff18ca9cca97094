"""API keys: in force until they are revoked or expire, and replaced without a gap."""

from datetime import UTC, datetime, timedelta

import pytest

from client_health.errors import KeyExpiredError, NotFoundError
from client_health.store import audit_pages, keys
from client_health.store.audit_pages import Filters
from tests.cast import TESTER

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make(store, name: str = "portal", at: datetime = NOON, expires: datetime | None = None):
    with store.write() as connection:
        return keys.create(connection, name, "csm", TESTER, at, expires)


def rotate(store, wanted: str, at: datetime = NOON, overlap: timedelta = DAY):
    with store.write() as connection:
        return keys.rotate(connection, wanted, TESTER, at, overlap)


def verify(store, secret: str, at: datetime = NOON):
    with store.read() as connection:
        return keys.verify(connection, secret, at)


def test_a_key_is_a_prefix_and_32_random_bytes_and_none_is_like_another(store):
    secrets = {make(store)[1] for _ in range(20)}
    assert len(secrets) == 20
    assert all(one.startswith("ch_") and len(one) == 3 + 43 for one in secrets)  # 32 bytes in base 64


def test_a_key_opens_until_the_instant_of_its_expiry(store):
    key, secret = make(store, expires=NOON + HOUR)
    assert verify(store, secret, NOON + HOUR - timedelta(microseconds=1)) == key
    with pytest.raises(KeyExpiredError, match="has expired"):
        verify(store, secret, NOON + HOUR)


def test_a_revoked_key_is_unknown_even_after_its_expiry(store):
    key, secret = make(store, expires=NOON + HOUR)
    with store.write() as connection:
        keys.revoke(connection, key.id, TESTER, NOON)
    assert verify(store, secret, NOON + DAY) is None


def test_while_a_key_is_replaced_both_work_and_then_only_the_new_one(store):
    old, old_secret = make(store)
    new, new_secret = rotate(store, "portal", NOON + HOUR, overlap=DAY)
    assert (new.name, new.role, new.expires_at) == (old.name, old.role, None)
    assert new.id != old.id
    assert new_secret != old_secret
    for at in (NOON + HOUR, NOON + HOUR + DAY - timedelta(seconds=1)):
        assert verify(store, old_secret, at).id == old.id
        assert verify(store, new_secret, at).id == new.id
    with pytest.raises(KeyExpiredError):
        verify(store, old_secret, NOON + HOUR + DAY)
    assert verify(store, new_secret, NOON + 400 * DAY).id == new.id


def test_the_new_key_lasts_as_long_as_the_old_one_did_and_the_old_one_no_longer_than_before(store):
    old, old_secret = make(store, expires=NOON + 90 * DAY)
    new, _ = rotate(store, old.id, NOON + 89.5 * DAY, overlap=7 * DAY)
    assert new.expires_at == NOON + 179.5 * DAY
    assert verify(store, old_secret, NOON + 89.9 * DAY).expires_at == NOON + 90 * DAY


def test_without_an_overlap_the_old_key_ends_at_once(store):
    _, secret = make(store)
    rotate(store, "portal", overlap=timedelta(0))
    with pytest.raises(KeyExpiredError):
        verify(store, secret)


def test_a_name_means_the_key_in_force_once_the_overlap_is_over(store):
    make(store)
    second, _ = rotate(store, "portal")
    with pytest.raises(NotFoundError, match="use the id"):
        rotate(store, "portal", NOON + HOUR)
    third, _ = rotate(store, "portal", NOON + 2 * DAY)
    assert third.id != second.id


def test_a_key_that_is_not_in_force_cannot_be_replaced_or_revoked(store):
    key, _ = make(store, expires=NOON + HOUR)
    with pytest.raises(NotFoundError, match="keys list"):
        rotate(store, key.id, NOON + HOUR)
    with pytest.raises(NotFoundError, match="keys list"), store.write() as connection:
        keys.revoke(connection, key.id, TESTER, NOON + HOUR)


def test_keys_that_end_soon_are_told_of_unless_they_are_replaced_already(store):
    make(store, "for ever")
    make(store, "far", expires=NOON + 15 * DAY)
    make(store, "gone", expires=NOON - DAY, at=NOON - 2 * DAY)
    make(store, "later", expires=NOON + 10 * DAY)
    make(store, "soon", expires=NOON + 3 * DAY)
    make(store, "replaced", at=NOON - 85 * DAY, expires=NOON + 5 * DAY)
    rotate(store, "replaced")
    with store.read() as connection:
        found = keys.expiring(connection, NOON, 14 * DAY)
    assert [key.name for key in found] == ["soon", "later"]


def test_the_audit_log_tells_of_keys_and_never_their_secrets(store):
    _, first = make(store, expires=NOON + 90 * DAY)
    new, second = rotate(store, "portal")
    with store.write() as connection:
        keys.revoke(connection, new.id, TESTER, NOON)
    with store.read() as connection:
        entries = audit_pages.page(connection, Filters(), 50).entries
    assert [entry.action for entry in entries] == ["key.revoked", "key.rotated", "key.created"]
    assert entries[1].details["overlap_seconds"] == 86_400
    assert entries[2].details == {"name": "portal", "role": "csm", "expires_at": "2026-06-08T12:00:00Z"}
    for secret in (first, second):
        assert secret not in str(entries)
        assert keys.digest(secret) not in str(entries)
