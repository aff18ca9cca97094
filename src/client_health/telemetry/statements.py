"""Statements on sources that this process has sent: how many, how long they took, how many failed."""

import threading
from dataclasses import dataclass, replace


@dataclass
class Tally:
    """All statements of one query on one source."""

    count: int = 0
    seconds: float = 0.0
    failures: int = 0


_tallies: dict[tuple[str, str], Tally] = {}
_lock = threading.Lock()


def note(source: str, query: str, seconds: float, failed: bool) -> None:
    """Count one statement. A failed one counts too: the source has worked for it."""
    with _lock:
        tally = _tallies.setdefault((source, query), Tally())
        tally.count += 1
        tally.seconds += seconds
        tally.failures += failed


def tallies() -> dict[tuple[str, str], Tally]:
    """The figures up to now, by source and query."""
    with _lock:
        return {key: replace(tally) for key, tally in _tallies.items()}
