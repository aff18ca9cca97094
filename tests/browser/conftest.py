"""Chromium, a served demo and a served empty service, and visitors that are watched all the time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from client_health.dashboard.context import COOKIE
from client_health.store.keys import Role
from tests.browser.chromium import Chromium, NoChromiumError, find_chromium
from tests.browser.served import Site, build_demo, build_empty, serving
from tests.browser.troubled import build_troubled
from tests.browser.watching import Watch

TENANTS, DAYS = 60, 35
NO_SKIPS = "CLIENT_HEALTH_NO_SKIPS"
PATIENCE = 8_000  # milliseconds


class Visit(Protocol):
    """Opens a page as a visitor of a role; None: not signed in. Options are those of a browser context.

    Without a path the page is still blank.
    """

    def __call__(
        self,
        path: str | None = "/",
        role: Role | None = "viewer",
        site: Site | None = None,
        name: str | None = None,
        **options: Any,
    ) -> Page: ...


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """Found or installed; without one the tests are skipped, or fail where nothing may be skipped."""
    try:
        return find_chromium()
    except NoChromiumError as error:
        if os.environ.get(NO_SKIPS):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="package")
def browser(chromium: Chromium) -> Iterator[Browser]:
    """One running Chromium. It ends with these tests: Playwright keeps an event loop running in this thread,
    and others of this process, such as those of the job engine, refuse to start beside one."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = chromium.launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def built(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo, built once for all workers: the first builds it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            build_demo(folder.with_suffix(".new"), TENANTS, DAYS)
            folder.with_suffix(".new").rename(folder)
    return folder


@pytest.fixture(scope="session")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, served to this worker alone."""
    folder = tmp_path_factory.mktemp("site") / "demo"
    shutil.copytree(built, folder)
    with serving(folder) as served:
        yield served


@pytest.fixture(scope="session")
def empty_site(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service that has not run yet."""
    folder = tmp_path_factory.mktemp("empty") / "service"
    build_empty(folder)
    with serving(folder, "--no-worker") as served:
        yield served


@pytest.fixture(scope="session")
def troubled_site(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service in which much went wrong, and a run that nobody performs."""
    folder = tmp_path_factory.mktemp("troubled") / "service"
    build_troubled(folder)
    with serving(folder, "--no-worker") as served:
        yield served


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    """Fails a test whose pages did what no page must do."""
    watching = Watch()
    yield watching
    assert not watching.unexpected()


@pytest.fixture
def visit(browser: Browser, site: Site, watch: Watch) -> Iterator[Visit]:
    """Pages of this test, closed at its end."""
    contexts: list[BrowserContext] = []
    demo = site

    def open_page(
        path: str | None = "/",
        role: Role | None = "viewer",
        site: Site | None = None,
        name: str | None = None,
        **options: Any,
    ) -> Page:
        there = site or demo
        context = browser.new_context(base_url=there.address, **{"color_scheme": "light", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        watch.over(context, there.address)
        if role is not None:
            context.add_cookies([{"name": COOKIE, "value": there.session(role, name), "url": there.address}])
        page = context.new_page()
        if path is not None:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
