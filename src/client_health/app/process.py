"""Running until told to stop: the worker alone, or the API and a worker in one process."""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from client_health.app.monitor import create_monitor
from client_health.app.server import Server, ServerBeside
from client_health.app.web import create_app
from client_health.settings.model import Settings
from client_health.store.engine import Store

if TYPE_CHECKING:
    from client_health.jobs.worker import Worker

log = structlog.get_logger(__name__)


def run_worker(store: Store, settings: Settings, host: str, metrics_port: int | None) -> int:
    """Perform runs and keep the schedule until SIGTERM or SIGINT; returns the exit code."""
    stop = threading.Event()
    _on_signal(stop.set)
    worker = _make_worker(store, settings)
    monitor = None
    if metrics_port is not None:
        app = create_monitor(store, settings, lambda: worker.alive)
        monitor = ServerBeside(app, settings, host, metrics_port)
        if not monitor.start():
            return 1
    worker.start()
    while not stop.wait(1) and not worker.lost:
        pass
    worker.stop()
    if monitor is not None:
        monitor.stop()
    return 1 if worker.lost else 0


def run_server(
    store: Store, settings: Settings, host: str, port: int, with_worker: bool, ready: Callable[[], None]
) -> int:
    """Serve API and dashboard, with a worker unless told otherwise, until a signal; returns the exit code."""
    worker: Worker | None = None
    own_worker = (lambda: worker is not None and worker.alive) if with_worker else None
    app = create_app(store, settings, own_worker=own_worker)
    server = Server(app, settings, host, port, ready)
    _on_signal(server.ask_to_exit)
    if with_worker:
        worker = _make_worker(store, settings)
        worker.start()
        threading.Thread(target=_end_when_lost, args=(worker, server), daemon=True).start()
    _look_for_garbage_seldom()
    served = server.serve_until_told()
    if worker is not None:
        worker.stop()
    return 1 if (worker is not None and worker.lost) or not served else 0


def end_process(code: int) -> None:
    """End at once: a thread of the engine may still hold a run that was left to the next worker."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _make_worker(store: Store, settings: Settings) -> "Worker":
    """Loads the job engine, which takes a while and which a process without a worker does without."""
    from client_health.jobs.worker import Worker

    return Worker(store, settings)


def _look_for_garbage_seldom() -> None:
    """What is loaded by now stays, and answers hold many small objects and no cycles: looking through all of
    them again and again took a fifth of the time of a long answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _on_signal(stop: Callable[[], None]) -> None:
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop())


def _end_when_lost(worker: "Worker", server: Server) -> None:
    while not server.should_exit:
        if worker.lost:
            log.error("another worker took this one for dead; ending")
            server.ask_to_exit()
        threading.Event().wait(1)
