"""Closing runs whose process is gone and that nobody will finish."""

from datetime import datetime

import structlog

from client_health.store import runs
from client_health.store.engine import Store
from client_health.telemetry.causes import ABANDONED

log = structlog.get_logger(__name__)

BY_COMMAND = ("command", "backfill")  # performed by the process of the command, not by a worker

GONE = "the process that performed it ended"


def close_abandoned(
    store: Store, run_ids: list[str], now: datetime, reason: str = GONE, cause: str = ABANDONED
) -> None:
    """Close runs that nobody performs; the caller holds the lease that performing a run needs.

    Of those that are queued still, only what a command asked for: a worker takes the others.
    """
    for run_id in run_ids:
        with store.write() as connection:
            run = runs.find(connection, run_id)
            if run.status == "queued" and run.trigger in BY_COMMAND:
                if runs.drop_queued(connection, run_id, now, reason):
                    log.warning("abandoned run closed", run_id=run_id, reason=reason)
            elif run.status == "active":
                counts = run.counts | {"cause": cause}
                runs.finish(connection, run, "failed", now, failure=reason, counts=counts)
                log.warning("abandoned run closed", run_id=run_id, reason=reason)
