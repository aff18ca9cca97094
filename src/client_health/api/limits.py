"""How many requests a key, a user or an unknown address may send in a minute. Each process counts its own."""

import threading
import time
from collections import deque
from collections.abc import Callable
from math import ceil

from client_health.accounts.sign_in import network
from client_health.errors import ClientHealthError
from client_health.settings.access import WebSettings
from client_health.store import keys

WINDOW = 60.0
MOST_KNOWN = 100_000


class TooManyRequestsError(ClientHealthError):
    """The caller has used up this minute's requests."""

    def __init__(self, who: str, per_minute: int, wait: float) -> None:
        self.seconds = max(1, ceil(wait))
        super().__init__(f"too many requests: {who} may send {per_minute:,} a minute; wait {self.seconds} s")


class MovingWindow:
    """At most `most` requests of each sender in any 60 seconds. 0: any number."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self.most, self._clock = most, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self._sweep_at = clock() + WINDOW

    def wait(self, sender: str) -> float:
        """Count a request; returns 0, or the seconds until the sender may try again. Those do not count."""
        if not self.most:
            return 0
        now = self._clock()
        with self._lock:
            self._sweep(now)
            times = self._times.setdefault(sender, deque())
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) >= self.most:
                return times[0] + WINDOW - now
            times.append(now)
            return 0

    def take_back(self, sender: str) -> None:
        """Uncount the newest request of a sender."""
        with self._lock:
            if times := self._times.get(sender):
                times.pop()

    def _sweep(self, now: float) -> None:
        """Once a minute forget who has been silent for one, so that addresses do not pile up."""
        if now >= self._sweep_at:
            self._sweep_at = now + WINDOW
            self._times = {
                who: times for who, times in self._times.items() if times and times[-1] > now - WINDOW
            }


class RateLimits:
    """The limits of `[web]`. The clock is monotonic: a host whose time is set must not shut callers out."""

    def __init__(self, web: WebSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._callers = MovingWindow(web.requests_per_minute, clock)
        self._strangers = MovingWindow(web.requests_per_minute_unknown, clock)
        self._known: set[str] = set()

    def count(self, what: str, sender: str) -> None:
        """Count a request of a key or user; raises TooManyRequestsError."""
        if wait := self._callers.wait(f"{what} {sender}"):
            raise TooManyRequestsError(f"one {what}", self._callers.most, wait)

    def admit(self, secret: str, address: str) -> str | None:
        """Count a request of nobody known, before the store is asked; returns under whom, for `note`.

        Whose key or session this process has seen to be valid is no stranger. Otherwise one wrong key behind
        a proxy or a firewall would shut out all that share its address. Raises TooManyRequestsError.
        """
        if keys.digest(secret) in self._known:
            return None
        stranger = network(address)
        if wait := self._strangers.wait(stranger):
            who = "an address without a valid key or session"
            raise TooManyRequestsError(who, self._strangers.most, wait)
        return stranger

    def note(self, secret: str, stranger: str | None, is_valid: bool) -> None:
        """Remember what the store says of a secret. Who turns out to be known was no stranger to count:
        after a restart a whole company may come from one address."""
        if not is_valid:
            self._known.discard(keys.digest(secret))
            return
        if len(self._known) >= MOST_KNOWN:  # begin anew: who is known is known again by the next request
            self._known.clear()
        self._known.add(keys.digest(secret))
        if stranger is not None:
            self._strangers.take_back(stranger)
