"""What a page must never do: speak up in the console, fail, break the policy, or ask another server."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

CANCELLED = "net::ERR_ABORTED"  # by the browser itself: a download, or a page that was left
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (one) =>
  console.error(`policy: ${one.violatedDirective} ${one.blockedURI} ${one.sourceFile}:${one.lineNumber}`));
"""


@dataclass
class Watch:
    """Collects faults of the contexts that it watches; `expected` are parts of those that a test provokes."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext, address: str) -> None:
        """Watch all pages of a context that belongs to a site."""
        host = urlsplit(address).netloc
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("requestfailed", self._on_failure)
        context.on("request", lambda request: self._on_request(request, host))

    def expect(self, part: str) -> None:
        """Let messages with this in them pass."""
        self.expected.append(part)

    def unexpected(self) -> list[str]:
        """What no test asked for."""
        return [one for one in self.faults if not any(part in one for part in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != CANCELLED:
            self.faults.append(f"request: {request.url} {request.failure}")

    def _on_request(self, request: Request, host: str) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in {"http", "https", "ws", "wss"} and asked.netloc != host:
            self.faults.append(f"another server was asked: {request.url}")
