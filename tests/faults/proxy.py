"""A line to a server that can be made slow, silent, or be cut."""

import socket
import threading
import time
from contextlib import suppress
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit

Mode = Literal["open", "silent", "slow"]
TICK = 0.1


class Proxy:
    """Passes on what it gets, on a port of its own. `silent` swallows answers and keeps connections open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        place = f"{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = urlunsplit(parts._replace(netloc=place))
        self.mode: Mode = "open"
        self.answered = 0  # bytes that came back from the server
        self.cut_after: int | None = None  # cut every line once, when so many more have come back
        self._lines: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End every connection."""
        lines, self._lines = self._lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                continue
            self._lines += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        back = source.getpeername() == self._target
        with suppress(OSError):
            while data := source.recv(1024):
                while self.mode == "silent" and not self._closed:
                    time.sleep(TICK)
                if self.mode == "slow":
                    time.sleep(TICK)
                if back:
                    self._count(len(data))
                target.sendall(data)
        for line in (source, target):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _count(self, size: int) -> None:
        self.answered += size
        if self.cut_after is not None and self.answered >= self.cut_after:
            self.cut_after = None
            self.cut()
