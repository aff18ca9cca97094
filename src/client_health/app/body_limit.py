"""No request may send more than the service is willing to hold."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses to read more than `most` bytes of a body, whether or not its length is told beforehand.

    The refusal comes to whoever reads the body, so API and pages answer 413 in their own words.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        is_told_too_long = _told_length(scope) > self._most

        async def receive_counted() -> Message:
            nonlocal read
            if is_told_too_long:
                raise self._refusal()
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise self._refusal()
            return message

        await self._app(scope, receive_counted, send)

    def _refusal(self) -> HTTPException:
        limit = f"the body of a request may have {self._most // 1024:,} KiB"
        return HTTPException(413, f"{limit}; this one is longer", {"Connection": "close"})


def _told_length(scope: Scope) -> int:
    """What Content-Length says; the server has refused what is no number."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() else 0
