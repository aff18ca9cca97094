"""A real identity provider from npm, `oidc-provider`, as a process; and somebody who signs in there."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest

SOURCES = Path(__file__).parent / "identity_provider"
PUBLIC_URL = "https://health.example.com"
SECRET = re.findall(r'SECRET = "(.+)"', (SOURCES / "serve.mjs").read_text("utf-8"))[0]
NO_SKIPS = "CLIENT_HEALTH_NO_SKIPS"
PAGES = 10  # more than a sign-in has


@dataclass
class IdentityProvider:
    """The provider that runs at `issuer`."""

    issuer: str

    def answer_wrongly(self, fault: str | None) -> None:
        """Have a fault of `serve.mjs` from now on, or none any more."""
        httpx2.post(f"{self.issuer}/test/fault", params={"is": fault or ""}).raise_for_status()

    def sign_in(self, address: str, person: str) -> str:
        """Follow the address that we send a browser to, sign in, agree; returns where it is sent back."""
        with httpx2.Client() as browser:
            page = browser.get(address)
            for _ in range(PAGES):
                if page.is_redirect:
                    onward = str(page.url.join(page.headers["location"]))
                    if onward.startswith(PUBLIC_URL):
                        return onward
                    page = browser.get(onward)
                else:
                    action, form = _filled(page, person)
                    page = browser.post(action, data=form)
        raise AssertionError("the provider did not send the browser back")


def _filled(page: httpx2.Response, person: str) -> tuple[str, dict[str, str]]:
    assert page.status_code == 200, page.text
    action, prompt = (
        re.search(r'action="([^"]+)"', page.text),
        re.search(r'"prompt" value="(\w+)"', page.text),
    )
    assert action
    assert prompt
    return str(page.url.join(action[1])), {"prompt": prompt[1], "login": person, "password": "any"}


@contextmanager
def serving(cache: Path) -> Iterator[IdentityProvider]:
    """Run the provider; its packages are installed into the cache folder when they are first needed."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        _cannot("npm or node is missing: OpenID Connect is not tested against a real provider")
    port = _free_port()
    process = subprocess.Popen(
        ["node", "serve.mjs", str(port), f"{PUBLIC_URL}/sign-in/callback"],
        cwd=_installed(cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield IdentityProvider(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()


def _installed(cache: Path) -> Path:
    """A folder with the sources and their packages, one for each content of them."""
    sources = b"".join(file.read_bytes() for file in sorted(SOURCES.iterdir()))
    folder = cache / hashlib.sha256(sources).hexdigest()[:12]
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            made = Path(temporary) / "made"
            shutil.copytree(SOURCES, made)
            _install(made)
            with suppress(OSError):  # another worker was faster
                made.rename(folder)
    return folder


def _install(folder: Path) -> None:
    options = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        ["npm", "install", *options], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        _cannot(f"npm could not install the identity provider: {said}")


def _cannot(reason: str) -> NoReturn:
    if os.environ.get(NO_SKIPS):
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
