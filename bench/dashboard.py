"""Pages in Chromium, over 10,000 tenants on SQLite, each beside a bare static page of the same size."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.bare_page import BareSite, bare_pages
from bench.history import FOUNDED, filled
from bench.measuring import ROUNDS, Result, seconds
from client_health.benchmarks.computing import compute
from client_health.dashboard.context import COOKIE
from client_health.demo.folder import prepare
from client_health.instants import utc_now
from client_health.settings import load_settings
from client_health.store import features, tenants
from client_health.store.engine import open_store
from client_health.usage.features import FeatureUse
from client_health.usage.tenants import Tenant
from tests.browser.chromium import find_chromium
from tests.browser.served import Site, serving

DAYS = 100  # the charts of a tenant show 90
PAINT_GOAL, SEARCH_GOAL, TENANT_GOAL = 0.5, 0.3, 0.3  # seconds
SETTLED = 500  # milliseconds after which a new tab, or a page that was asked for, has drawn itself
ELSEWHERE = "data:text/html,<p>Another site</p>"
INDUSTRIES = ("Retail", "Healthcare", "Logistics", "Energy", "Education", "Insurance", "Media", "Travel")
SEGMENTS = ("SMB", "Mid-market", "Enterprise")
OWNERS = tuple(f"{name} Example" for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal"))
TENANT = "t4711"

# When the first row of the table, and after a key the next rows, have been painted; in milliseconds.
WATCH_ROWS = """
(() => {
  const seen = { keyAt: 0, rowsAt: 0, swappedAt: 0 };
  window.seen = seen;
  const now = (name) => { seen[name] = performance.now(); };
  const painted = (name) => requestAnimationFrame(() => setTimeout(() => now(name)));
  addEventListener("keydown", () => { now("keyAt"); seen.swappedAt = 0; }, true);
  new MutationObserver((changes) => {
    const rows = changes.some(({ addedNodes }) => [...addedNodes].some(
      (one) => one.matches && (one.matches("tr[data-row]") || one.querySelector("tr[data-row]"))));
    if (!rows) return;
    if (seen.keyAt) painted("swappedAt");
    else if (!seen.rowsAt) painted("rowsAt");
  }).observe(document, { childList: true, subtree: true });
})();
"""
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


@dataclass
class Times:
    """Seconds of every round; ours and those of the bare page take turns."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def result(self, name: str, size: str, goal: float) -> Result:
        """The medians as a row."""
        ours, bare = statistics.median(self.ours), statistics.median(self.bare)
        return Result(name, size, seconds(ours), seconds(bare), ours / bare, f"≤ {goal:g} s", ours <= goal)


def benchmark(count: int, days: int) -> Iterator[Result]:
    """First paint and first row of the portfolio, the answer to a search, a tenant's page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _build(Path(folder) / "service", count, days)
        chromium = find_chromium().launch(playwright)
        with serving(Path(folder) / "service", "--no-worker") as site:
            yield from _measure(chromium, site, f"{count:,} tenants × {days} days")
        chromium.close()


def _measure(chromium: Browser, site: Site, size: str) -> Iterator[Result]:
    pages = {"portfolio": "/", "search": "/?search=tenant+47", "tenant": f"/tenants/{TENANT}"}
    with bare_pages(_weights(chromium, site, pages)) as bare:
        painted, rows, search, tenant, alone = (Times() for _ in range(5))
        for _ in range(ROUNDS):
            with _open(chromium, bare, "/portfolio") as page:
                painted.bare.append(_told(page, FIRST_PAINT))
                rows.bare.append(painted.bare[-1])
            with _open(chromium, site, "/") as page:
                painted.ours.append(_told(page, FIRST_PAINT))
                rows.ours.append(_told(page, "() => seen.rowsAt"))
                search.ours.append(_search(page))
            with _open(chromium, bare, "/search") as page:
                search.bare.append(_told(page, FIRST_PAINT))
            with _open(chromium, bare, "/tenant") as page:
                alone.bare.append(_told(page, LOADED))
            with _open(chromium, site, pages["tenant"]) as page:
                alone.ours.append(_told(page, LOADED))
            with _open(chromium, bare, "/portfolio") as page:
                tenant.bare.append(_then(page, "/tenant"))
            with _open(chromium, site, "/") as page:
                tenant.ours.append(_then(page, pages["tenant"]))
    yield painted.result("portfolio, first paint", size, PAINT_GOAL)
    yield rows.result("portfolio, first row painted", size, PAINT_GOAL)
    yield search.result("search, from key to new rows", size, SEARCH_GOAL)
    yield tenant.result("tenant page, from the portfolio", size, TENANT_GOAL)
    yield alone.result("tenant page, nothing cached", size, TENANT_GOAL)


@contextmanager
def _open(chromium: Browser, site: Site | BareSite, path: str) -> Iterator[Page]:
    """A page in a browser that has nothing in its cache and comes from another site, as people do."""
    with closing(
        chromium.new_context(base_url=site.address, viewport={"width": 1440, "height": 900})
    ) as context:
        context.add_init_script(WATCH_ROWS)
        if isinstance(site, Site):
            context.add_cookies([{"name": COOKIE, "value": site.session("viewer"), "url": site.address}])
        page = context.new_page()
        page.goto(ELSEWHERE)
        page.wait_for_timeout(SETTLED)
        page.goto(path)
        yield page


def _told(page: Page, script: str) -> float:
    """Seconds, once the page knows them. Asked when it has come to rest: to ask while it is painted takes
    time from the painting."""
    page.wait_for_timeout(SETTLED)
    milliseconds: float = page.wait_for_function(script).json_value()
    return milliseconds / 1000


def _then(page: Page, path: str) -> float:
    """Seconds until another page has loaded, from one of the same site that has come to rest."""
    page.wait_for_timeout(SETTLED)
    page.goto(path)
    return _told(page, LOADED)


def _search(page: Page) -> float:
    """One key after others: from the key to the rows that answer it, the wait for more keys among it."""
    box = page.get_by_role("searchbox")
    box.fill("tenant 4")
    page.wait_for_url("**search=tenant**4*")
    page.wait_for_timeout(300)
    box.press("7")
    return _told(page, "() => seen.swappedAt && seen.swappedAt - seen.keyAt")


def _weights(chromium: Browser, site: Site, pages: dict[str, str]) -> dict[str, int]:
    """How many bytes of HTML each page has. Asking warms the server up as well."""
    with _open(chromium, site, "/") as page:
        return {name: len(page.request.get(path).body()) for name, path in pages.items() for _ in range(2)}


def _build(folder: Path, count: int, days: int) -> None:
    """A service with a past up to yesterday; tenants have what rows and filters show."""
    last = utc_now().date() - timedelta(days=1)
    settings = load_settings(prepare(folder))
    with closing(open_store(settings)) as store:
        filled(store, _fleet(count), days, last)
        with store.write() as connection:
            compute(connection, settings.benchmarks, last)
            as_of = datetime.combine(last, time(), UTC) + timedelta(days=1)
            keys = {tenant.tenant_id: tenant.id for tenant in tenants.all_tenants(connection)}
            features.replace(connection, _feature_use(as_of), keys, as_of)


def _fleet(count: int) -> list[Tenant]:
    random, today = np.random.default_rng(3), utc_now().date()
    return [
        Tenant(
            f"t{number}",
            f"t{number}",
            f"Tenant {number}",
            since=FOUNDED,
            segment=SEGMENTS[number % len(SEGMENTS)],
            industry=INDUSTRIES[number % len(INDUSTRIES)],
            employee_count=int(random.integers(5, 4000)),
            owner=OWNERS[number % len(OWNERS)],
            arr=float(random.integers(2, 400)) * 1000,
            renewal_date=today + timedelta(days=int(random.integers(1, 365))),
        )
        for number in range(count)
    ]


def _feature_use(as_of: datetime) -> list[FeatureUse]:
    keys = ("HOTLINE_INTAKE", "WEB_INTAKE", "CASE_MANAGEMENT", "INVESTIGATIONS", "SSO_ENABLED")
    return [FeatureUse(TENANT, key, FOUNDED, as_of - timedelta(days=3)) for key in keys]
