"""Running until told to stop: the worker alone, or the API and a worker in one process."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn

from client_health.app.web import create_app
from client_health.jobs.worker import Worker
from client_health.settings.model import Settings
from client_health.store.engine import Store

DRAIN_SECONDS = 10
log = structlog.get_logger(__name__)


def run_worker(store: Store, settings: Settings) -> int:
    """Perform runs and keep the schedule until SIGTERM or SIGINT; returns the exit code."""
    stop = threading.Event()
    _on_signal(stop.set)
    worker = Worker(store, settings)
    worker.start()
    while not stop.wait(1) and not worker.lost:
        pass
    worker.stop()
    return 1 if worker.lost else 0


def run_server(
    store: Store, settings: Settings, host: str, port: int, with_worker: bool, ready: Callable[[], None]
) -> int:
    """Serve API and dashboard, with a worker unless told otherwise, until a signal; returns the exit code."""
    server = _Server(
        uvicorn.Config(
            create_app(store, settings),
            host=host,
            port=port,
            log_config=None,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            server_header=False,
            forwarded_allow_ips=list(settings.web.trusted_proxies),
        ),
        ready,
    )
    _on_signal(server.ask_to_exit)
    worker = Worker(store, settings) if with_worker else None
    if worker is not None:
        worker.start()
        threading.Thread(target=_end_when_lost, args=(worker, server), daemon=True).start()
    with suppress(SystemExit):  # uvicorn's way to say that the port is taken; its log line says so too
        server.run()
    if worker is not None:
        worker.stop()
    return 1 if (worker is not None and worker.lost) or not server.started else 0


def end_process(code: int) -> None:
    """End at once: a thread of the engine may still hold a run that was left to the next worker."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Server(uvicorn.Server):
    """Tells when it accepts requests, and leaves signals to us: uvicorn would raise them again at the end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._ready()

    def ask_to_exit(self) -> None:
        self.should_exit = True


def _on_signal(stop: Callable[[], None]) -> None:
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop())


def _end_when_lost(worker: Worker, server: _Server) -> None:
    while not server.should_exit:
        if worker.lost:
            log.error("another worker took this one for dead; ending")
            server.ask_to_exit()
        threading.Event().wait(1)
