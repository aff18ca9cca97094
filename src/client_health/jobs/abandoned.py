"""Closing runs whose process is gone and that nobody will finish."""

from datetime import datetime

import structlog

from client_health.store import runs
from client_health.store.engine import Store

log = structlog.get_logger(__name__)

BY_COMMAND = ("command", "backfill")  # performed by the process of the command, not by a worker


def close_abandoned(store: Store, run_ids: list[str], now: datetime) -> None:
    """Close runs whose process is gone; the caller holds the lease that performing a run needs."""
    for run_id in run_ids:
        with store.write() as connection:
            run = runs.find(connection, run_id)
            if run.status == "active":
                runs.finish(connection, run, "failed", now, failure="the process that performed it ended")
                log.warning("abandoned run closed", run_id=run_id)
