"""`make screenshots`: every page, light, dark and narrow; and the two pictures of the README."""

import argparse
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from client_health.dashboard.context import COOKIE
from client_health.instants import utc_now
from client_health.store import keys, notes, tenants
from client_health.store.audit import Actor
from client_health.store.notes import NoteKind
from tests.browser.chromium import ROOT, find_chromium
from tests.browser.places import EMPTY, FULL, Place, story_tenant
from tests.browser.served import Site, build_demo, build_empty, serving
from tests.browser.troubled import TROUBLED, build_troubled

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 640}
LOOKS = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "320": {"viewport": NARROW, "color_scheme": "light"},
}
NOTES: tuple[tuple[NoteKind, int, str], ...] = (
    ("meeting", 62, "Quarterly review. They plan to roll campaigns out to a second site."),
    ("escalation", 33, "Our champion has left; nobody has taken over yet. Asked for a new contact."),
    ("call", 12, "Spoke with the new head of compliance. Training for her team is agreed for next month."),
)
MOST_BYTES = 300_000
SETTLED = "() => document.fonts.ready.then(() => true)"


def main() -> None:
    """Build a demo, serve it, and take the pictures."""
    options = _options()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        built, empty, troubled = (Path(temporary) / name for name in ("demo", "empty", "troubled"))
        print(f"Building a demo of {options.tenants} tenants and {options.days} days …", flush=True)
        build_demo(built, options.tenants, options.days)
        build_empty(empty)
        chromium = find_chromium().launch(playwright)
        with serving(empty, "--no-worker") as site:
            for place in EMPTY:
                _take(chromium, site, place, options.folder)
        build_troubled(troubled)
        with serving(troubled, "--no-worker") as site:
            for place in TROUBLED:
                _take(chromium, site, place, options.folder)
        with serving(built, "--no-worker") as site:
            _write_notes(site)
            _make_keys(site)
            for place in FULL:
                _take(chromium, site, place, options.folder)
            _take_preview(chromium, site, options.folder)
            _print_review(chromium, site, options.folder)
            _readme(chromium, site)
        chromium.close()
    print(f"{len(list(options.folder.iterdir()))} pictures in {options.folder}")


def _take(chromium: Browser, site: Site, place: Place, folder: Path) -> None:
    for look, settings in LOOKS.items():
        page = _open(chromium, site, place, **settings)
        page.screenshot(path=folder / f"{place.name}-{look}.png", full_page=True)
        page.context.close()


def _take_preview(chromium: Browser, site: Site, folder: Path) -> None:
    """A draft that weighs logins less, replayed over the stored days."""
    for look, settings in LOOKS.items():
        page = _open(chromium, site, Place("preview", "/scorecards/edit"), **settings)
        weights = page.get_by_label("Weight, %")
        weights.first.fill("5")
        weights.last.fill("30")
        page.get_by_role("button", name="Preview").click()
        page.locator("#preview-title").wait_for()
        page.screenshot(path=folder / f"preview-{look}.png", full_page=True)
        page.context.close()


def _open(chromium: Browser, site: Site, place: Place, **settings: object) -> Page:
    context = chromium.new_context(base_url=site.address, **settings)  # type: ignore[arg-type]
    if place.role is not None:
        context.add_cookies([{"name": COOKIE, "value": site.session(place.role), "url": site.address}])
    page = context.new_page()
    page.goto(place.on(site))
    page.evaluate(SETTLED)
    return page


def _print_review(chromium: Browser, site: Site, folder: Path) -> None:
    page = _open(chromium, site, Place("qbr", "/tenants/{tenant}/qbr"))
    page.pdf(path=folder / "qbr.pdf", prefer_css_page_size=True, print_background=True)
    page.context.close()


def _write_notes(site: Site) -> None:
    """What a manager would have written down about the tenant whose champion left."""
    now, author = utc_now(), site.user("csm", "Carl Kaya").name
    with site.store.write() as connection:
        tenant = tenants.find(connection, story_tenant(site)).id
        for kind, back, text in NOTES:
            day = now.date() - timedelta(days=back)
            notes.add(connection, tenant, kind, day, text, Actor(author, "user"), now - timedelta(days=back))


def _make_keys(site: Site) -> None:
    """What programs around the service would be given: one key is replaced, and one is about to expire."""
    now, by = utc_now(), Actor(site.user("admin", "Anna Admin").name, "user")
    with site.store.write() as connection:
        keys.create(connection, "customer portal", "viewer", by, now)
        keys.create(connection, "warehouse export", "viewer", by, now, now + timedelta(days=6))
        old, _ = keys.create(connection, "renewals bot", "csm", by, now)
        keys.rotate(connection, old.id, by, now)


def _readme(chromium: Browser, site: Site) -> None:
    """The portfolio and a tenant with a story, small enough for a README."""
    for name, path in {"portfolio": "/", "tenant": f"/tenants/{story_tenant(site)}"}.items():
        page = _open(chromium, site, Place(name, path, "csm"), **LOOKS["light"])
        picture = ROOT / "docs" / "images" / f"{name}.png"
        picture.parent.mkdir(exist_ok=True)
        page.screenshot(path=picture)
        page.context.close()
        weight = picture.stat().st_size
        assert weight < MOST_BYTES, f"{picture.name} has {weight:,} bytes"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--tenants", type=int, default=250)
    parser.add_argument("--days", type=int, default=180)
    return parser.parse_args()


if __name__ == "__main__":
    main()
