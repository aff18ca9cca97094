"""Where the demo listens, and whether it can."""

import errno
import socket

from client_health.errors import ConfigError

_EVERYWHERE = {"0.0.0.0", "::", ""}


def address(host: str, port: int) -> str:
    """The address to open on this machine."""
    name = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def require_free(host: str, port: int) -> None:
    """Raise ConfigError where the demo could not listen, before anything is built."""
    try:
        family, kind, _, _, name = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(name)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"port {port} of {host} is taken; choose another one: make demo PORT={port + 1}"
            ) from None
        raise ConfigError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from None
