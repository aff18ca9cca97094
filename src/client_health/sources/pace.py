"""How a run spends its time on purpose doing nothing, and how it is told to stop."""

import time
from collections.abc import Callable

SLICE_SECONDS = 0.2


class Pace:
    """Sleeps in slices, so that a cancelled run wakes up soon, and counts the seconds asleep.

    `check` is called between statements and while asleep; it raises to end the run.
    """

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self.check = check
        self.asleep = 0.0

    def sleep(self, seconds: float) -> None:
        """Sleep that long, unless `check` raises."""
        started = time.monotonic()
        end = started + seconds
        try:
            while (left := end - time.monotonic()) > 0:
                self.check()
                time.sleep(min(left, SLICE_SECONDS))
        finally:
            self.asleep += time.monotonic() - started
