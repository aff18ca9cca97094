"""Whether loops still run: each leaves a sign of life after every turn."""

import threading
import time

PATIENCE = 180.0  # seconds beyond its pause for which a loop may be silent: its longest turn, and some


class Pulse:
    """The last turn of each loop. A loop that waits for the store still turns; one that hangs does not."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()

    def beat(self, loop: str, pause: float) -> None:
        """The loop has turned, and will again after the pause."""
        with self._lock:
            self._due[loop] = time.monotonic() + pause + PATIENCE

    def silent(self) -> list[str]:
        """Loops that should have turned by now and have not."""
        now = time.monotonic()
        with self._lock:
            return [loop for loop, due in self._due.items() if due < now]
