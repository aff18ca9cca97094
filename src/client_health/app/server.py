"""The HTTP server of a process: the whole of it, or beside other work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from client_health.settings.model import Settings

DRAIN_SECONDS = 10


class Server(uvicorn.Server):
    """Tells when it accepts requests, and leaves signals to us: uvicorn would raise them again at the end."""

    def __init__(
        self, app: ASGIApp, settings: Settings, host: str, port: int, ready: Callable[[], None] = lambda: None
    ) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            server_header=False,
            forwarded_allow_ips=list(settings.web.trusted_proxies),
        )
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._ready()

    def serve_until_told(self) -> bool:
        """Serve until told to exit; whether the port could be had."""
        with suppress(SystemExit):  # uvicorn's way to say that the port is taken; its log line says so too
            self.run()
        return self.started

    def ask_to_exit(self) -> None:
        self.should_exit = True


class ServerBeside:
    """A server in a thread of its own, while the process does something else."""

    def __init__(self, app: ASGIApp, settings: Settings, host: str, port: int) -> None:
        self._decided = threading.Event()
        self._server = Server(app, settings, host, port, self._decided.set)
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)

    def start(self) -> bool:
        """Begin to serve; whether the port could be had."""
        self._thread.start()
        self._decided.wait()
        return self._server.started

    def stop(self) -> None:
        """Answer what is under way, then end."""
        self._server.ask_to_exit()
        self._thread.join(DRAIN_SECONDS + 1)

    def _serve(self) -> None:
        self._server.serve_until_told()
        self._decided.set()
