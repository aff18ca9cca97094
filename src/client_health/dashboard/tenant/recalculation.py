"""How a recalculation of one tenant goes, in words."""

from dataclasses import dataclass

import sqlalchemy as sa

from client_health.errors import NotFoundError
from client_health.store import problems, runs
from client_health.store.runs import OPEN, Run

MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Recalculation:
    """A run of one tenant. `is_open`: it is still to be watched. `good`: its figures are published."""

    run: Run
    problems: list[str]

    @property
    def is_open(self) -> bool:
        """Whether it waits or works."""
        return self.run.status in OPEN

    @property
    def good(self) -> bool:
        """Whether new figures stand on the page."""
        return self.run.status == "completed" and not self.problems

    @property
    def words(self) -> str:
        """What it does, or how it ended."""
        run = self.run
        if run.status == "queued":
            return "Waiting for its turn"
        if run.status == "active":
            return f"Recalculating: {run.stage or 'starting'}"
        if run.status == "completed":
            return "Recalculated" if not self.problems else "Recalculated with problems"
        return f"Failed: {run.failure}" if run.status == "failed" else "Cancelled"


def recalculation(connection: sa.Connection, tenant_id: str, run_id: str) -> Recalculation:
    """A run of this tenant; raises NotFoundError."""
    run = runs.find(connection, run_id)
    if run.tenant_ids != [tenant_id]:
        raise NotFoundError(f"there is no job {run_id!r} of the tenant {tenant_id!r}")
    found = problems.of_run(connection, run_id) if run.status not in OPEN else []
    errors = [str(one) for one in found if one.severity == "error"]
    return Recalculation(run, errors[:MOST_PROBLEMS])
