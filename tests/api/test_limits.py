"""Limits of requests: per key, and per address where nobody known is calling."""

import pytest
from fastapi.testclient import TestClient

from client_health.api.application import PREFIX, create_api
from client_health.api.limits import MovingWindow, RateLimits, TooManyRequestsError
from client_health.settings.access import WebSettings
from client_health.store import keys
from tests.api.conftest import Api, assert_problem, make_keys
from tests.cast import make_service


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_moves_with_every_request():
    clock = Hands()
    window = MovingWindow(3, clock)
    for second in (0, 20, 40):
        clock.now = 1000 + second
        assert window.wait("a") == 0
    clock.now = 1050
    assert window.wait("a") == 10  # until the first one is a minute old
    assert window.wait("b") == 0
    clock.now = 1060
    assert window.wait("a") == 0
    assert window.wait("a") == 20


def test_who_is_refused_does_not_wait_longer_for_having_tried():
    clock = Hands()
    window = MovingWindow(1, clock)
    assert window.wait("a") == 0
    for _ in range(100):
        assert window.wait("a") == 60
    clock.now += 60
    assert window.wait("a") == 0


def test_who_is_silent_for_a_minute_is_forgotten():
    clock = Hands()
    window = MovingWindow(3, clock)
    for number in range(1000):
        window.wait(f"address {number}")
    clock.now += 30
    window.wait("still there")
    clock.now += 31
    window.wait("new")
    assert set(window._times) == {"still there", "new"}


def test_an_address_of_ipv6_is_its_network():
    limits = RateLimits(WebSettings(requests_per_minute_unknown=1), Hands())
    limits.admit("", "2001:db8::1")
    with pytest.raises(TooManyRequestsError):
        limits.admit("", "2001:db8::2:1")
    limits.admit("", "2001:db8:0:1::1")


def admitted(limits: RateLimits, secret: str, is_valid: bool) -> None:
    limits.note(secret, limits.admit(secret, "192.0.2.1"), is_valid)


def test_many_who_are_known_may_come_from_one_address():
    limits = RateLimits(WebSettings(requests_per_minute_unknown=1), Hands())
    for number in range(3):
        admitted(limits, f"valid {number}", is_valid=True)
    admitted(limits, "guess", is_valid=False)
    admitted(limits, "valid 0", is_valid=True)
    with pytest.raises(TooManyRequestsError):
        limits.admit("another guess", "192.0.2.1")


def test_requests_of_one_who_is_not_known_yet_may_come_at_once():
    limits = RateLimits(WebSettings(requests_per_minute_unknown=3), Hands())
    counted = [limits.admit("valid", "192.0.2.1") for _ in range(3)]
    for stranger in counted:
        limits.note("valid", stranger, is_valid=True)
    for number in range(3):
        limits.admit(f"guess {number}", "192.0.2.1")


def test_those_who_are_known_do_not_pile_up(monkeypatch):
    monkeypatch.setattr("client_health.api.limits.MOST_KNOWN", 3)
    limits = RateLimits(WebSettings(requests_per_minute_unknown=1), Hands())
    for number in range(10):
        admitted(limits, f"valid {number}", is_valid=True)
        assert len(limits._known) <= 3


def test_an_address_of_known_people_only_is_forgotten_like_any_other():
    hands = Hands()
    limits = RateLimits(WebSettings(requests_per_minute_unknown=1), hands)
    admitted(limits, "valid", is_valid=True)
    hands.now += 61
    limits.admit("another", "192.0.2.2")
    assert set(limits._strangers._times) == {"192.0.2.2"}


@pytest.fixture
def api(tmp_path):
    """Few requests a minute; no scores are needed."""
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    web = WebSettings(requests_per_minute=5, requests_per_minute_unknown=3)
    settings = service.settings.model_copy(update={"web": web})
    with service.store.write() as connection:
        made = make_keys(connection, service.clock())
    app = create_api(service.store, settings, service.clock)
    yield Api(service, TestClient(app, raise_server_exceptions=False), made)
    service.store.close()


def test_a_key_that_asks_too_often_must_wait_and_others_need_not(api):
    for _ in range(5):
        assert api.ask("GET", "/", "viewer").status_code == 200
    refused = api.ask("GET", "/", "viewer")
    assert "one API key may send 5 a minute" in assert_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert api.ask("GET", "/", "csm").status_code == 200


@pytest.mark.parametrize("role", [None, "garbage", "revoked", "expired"])
def test_an_address_without_a_valid_key_must_wait(api, role):
    for _ in range(3):
        assert api.ask("GET", "/", role).status_code == 401
    refused = api.ask("GET", "/", role)
    assert "an address without a valid key or session may send 3" in assert_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_the_store_is_not_asked_for_an_address_that_must_wait(api, monkeypatch):
    for _ in range(3):
        api.ask("GET", "/", "garbage")
    monkeypatch.setattr(keys, "verify", lambda *_: pytest.fail("asked"))
    assert api.ask("GET", "/", "garbage").status_code == 429


def test_a_key_that_works_keeps_working_when_somebody_guesses_from_the_same_address(api):
    assert api.ask("GET", "/", "viewer").status_code == 200
    for _ in range(4):
        api.ask("GET", "/", "garbage")
    assert api.ask("GET", "/", "garbage").status_code == 429
    assert api.ask("GET", "/", "viewer").status_code == 200


def test_a_key_that_worked_is_a_strangers_once_it_is_revoked(api):
    from tests.cast import TESTER

    assert api.ask("GET", "/", "viewer").status_code == 200
    with api.service.store.write() as connection:
        keys.revoke(connection, "viewer key", TESTER, api.service.clock())
    assert api.ask("GET", "/", "viewer").status_code == 401  # the last request that is no stranger's
    assert [api.ask("GET", "/", "viewer").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_health_and_documentation_are_not_counted(api):
    for _ in range(8):
        assert api.client.get("/livez").status_code == 200
        assert api.client.get("/readyz").status_code == 200
        assert api.client.get("/openapi.json").status_code == 200
    assert api.client.get(f"{PREFIX}/").status_code == 401


def test_zero_means_any_number(api):
    settings = api.service.settings.model_copy(
        update={"web": WebSettings(requests_per_minute=0, requests_per_minute_unknown=0)}
    )
    client = TestClient(create_api(api.service.store, settings, api.service.clock))
    for _ in range(70):
        assert client.get(f"{PREFIX}/").status_code == 401
