"""Whether a process can do what it is there for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from client_health.errors import ClientHealthError
from client_health.settings.model import Settings
from client_health.store import leases
from client_health.store.engine import Store
from client_health.store.migrate import is_current

Schedule = Literal["alive", "no worker", "off"]


@dataclass(frozen=True)
class Readiness:
    """What serving and working need. `worker`: this process's own is alive; without one, any worker is."""

    store: bool
    migrations: bool
    worker: bool
    schedule: Schedule
    worker_here_stopped: bool

    @property
    def ready(self) -> bool:
        """Whether requests may come. No worker anywhere is told and no reason: other processes have those."""
        return self.store and self.migrations and not self.worker_here_stopped


def readiness(store: Store, settings: Settings, own_worker: Callable[[], bool] | None) -> Readiness:
    """Look at the store, the schema and the workers. `own_worker`: whether this process's own is alive."""
    alive = own_worker is not None and own_worker()
    answers, current, elsewhere = _look(store)
    worker = alive if own_worker is not None else elsewhere
    schedule: Schedule = "off" if settings.schedule.cron == "off" else "alive" if worker else "no worker"
    return Readiness(answers, current, worker, schedule, own_worker is not None and not alive)


def _look(store: Store) -> tuple[bool, bool, bool]:
    """Whether the store answers, its schema is current, and a worker has shown a sign of life in it."""
    try:
        if not is_current(store):
            return True, False, False
        with store.read() as connection:
            return True, True, leases.living_workers(connection) > 0
    except ClientHealthError:
        return False, False, False
