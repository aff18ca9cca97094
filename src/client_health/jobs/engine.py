"""DBOS behind a thin wall: durable hand-over of runs to workers, and back from dead ones.

The engine knows run ids and nothing else. What a run is, how far it is and how it ended lives in the
store; the workflow is a shell around one idempotent step.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, EnqueueOptions
from dbos._serialization import Serializer

from client_health.store.engine import BUSY_SECONDS, POSTGRESQL, Store, sqlite_file

NAME = "client-health"
QUEUE = "runs"
WORKFLOW = "perform_run"
# Raised only when the shape of the workflow changes: a new number strands the runs of older programs.
SHAPE = "1"
POLL_SECONDS = 0.5

Performer = Callable[[str], None]


class JsonSerializer(Serializer):
    """Plain JSON instead of pickle: nothing that is stored can run code when it is read."""

    def serialize(self, data: Any) -> str:
        """Data as JSON text; an exception becomes its words."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """The data back."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """How the rows are marked."""
        return "client_health_json"


class Engine:
    """The one DBOS instance of this process. `perform` does the work of a run, given its id."""

    def __init__(self, store: Store, executor: str, perform: Performer) -> None:
        self.executor = executor
        self._engine = system_engine(store)
        _quieten()
        DBOS.destroy(destroy_registry=True)
        DBOS(config=_config(store, self._engine, executor))
        _register(perform)
        _quieten()

    def start(self) -> None:
        """Migrate the engine's tables, take back this executor's own unfinished runs, listen.

        One run at a time over all workers, and in the order in which they were asked for: a night that
        overtook the night before it would have nothing to compare with.
        """
        DBOS.launch()
        DBOS.register_queue(QUEUE, global_concurrency=1, polling_interval_sec=POLL_SECONDS)

    def hand_over(self, run_id: str) -> None:
        """Queue a run; asking again for the same run changes nothing."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": run_id,
            "app_version": SHAPE,
        }
        DBOS.enqueue_workflow_with_options(options, run_id)

    def other_executors(self) -> set[str]:
        """Executors other than this one that hold unfinished runs."""
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {one.executor_id for one in pending if one.executor_id} - {self.executor}

    def recover(self, executor: str) -> int:
        """Put a dead executor's unfinished runs back into the queue; returns how many."""
        return len(DBOS._recover_pending_workflows([executor]))

    def is_over(self, run_id: str) -> bool:
        """Whether the engine will never perform this run again."""
        status = DBOS.get_workflow_status(run_id)
        return status is not None and status.status not in {"ENQUEUED", "DELAYED", "PENDING"}

    def forget_finished(self, before: datetime) -> int:
        """Delete finished jobs that are older than `before`; returns how many."""
        done = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            end_time=before.isoformat(),
            load_input=False,
            load_output=False,
        )
        if done:
            DBOS.delete_workflows([one.workflow_id for one in done])
        return len(done)

    def stop(self) -> None:
        """Stop listening. A step that is still running is left to the next worker."""
        DBOS.destroy()
        self._engine.dispose()


def _register(perform: Performer) -> None:
    @DBOS.step(name="perform")
    def step(run_id: str) -> str:
        perform(run_id)
        return run_id

    @DBOS.workflow(name=WORKFLOW)
    def workflow(run_id: str) -> str:
        return step(run_id)


def _config(store: Store, engine: sa.Engine, executor: str) -> DBOSConfig:
    return {
        "name": NAME,
        "system_database_url": _address(store),
        "system_database_engine": engine,
        "application_version": SHAPE,
        "executor_id": executor,
        "serializer": JsonSerializer(),
        "enable_otlp": False,
        "use_listen_notify": False,
        "log_level": "WARNING",
        "scheduler_polling_interval_sec": 3600.0,
    }


def _address(store: Store) -> str:
    return store.url.render_as_string(hide_password=False)


def system_engine(store: Store) -> sa.Engine:
    """The engine's own connections to the store's database, tuned for many small transactions."""
    if sqlite_file(store.url) is None:
        return sa.create_engine(
            store.url,
            connect_args=POSTGRESQL,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            hide_parameters=True,
        )
    engine = sa.create_engine(store.url, connect_args={"check_same_thread": False}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = "IMMEDIATE"
        driver.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000}")
        driver.execute("pragma journal_mode = wal")
        driver.execute("pragma synchronous = normal")
        driver.execute("pragma foreign_keys = on")

    return engine


def _quieten() -> None:
    """The engine's own log lines go where ours go, warnings and worse only."""
    logger = logging.getLogger("dbos")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True
    logger.setLevel(logging.WARNING)


def retention(days: int, now: datetime) -> datetime:
    """Jobs that finished before this are forgotten."""
    return now - timedelta(days=days)
