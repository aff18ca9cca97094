"""Static files: what others wrote is unchanged, names hold a hash, and nothing else can be read."""

import hashlib
import re

import pytest
from starlette.testclient import TestClient

from client_health.dashboard.static import FONT, STATIC, static_address
from tests.cast import make_service
from tests.dashboard.visitors import visit

ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)
VENDORED = dict(ROW.findall((STATIC / "README.md").read_text("utf-8")))
OWN = sorted(one.name for one in STATIC.iterdir() if one.name.endswith((".css", ".js", ".svg")))


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> TestClient:
    folder = tmp_path_factory.mktemp("static")
    return visit(make_service(folder, f"sqlite:///{folder / 'store.db'}"), None)


@pytest.mark.parametrize("name", VENDORED)
def test_a_file_of_others_is_the_one_that_was_vetted(name):
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == VENDORED[name]


def test_every_file_of_others_is_listed_with_its_licence():
    table = (STATIC / "README.md").read_text("utf-8")
    minified = {one.name for one in STATIC.iterdir() if ".min." in one.name or one.name.endswith(".woff2")}
    assert minified == set(VENDORED)
    for licence in re.findall(r"`(licences/[^`]+)`", table):
        assert (STATIC / licence).is_file()


@pytest.mark.parametrize("name", OWN)
def test_a_name_holds_the_hash_of_its_content_and_is_cached_for_ever(client, name):
    address = static_address(name)
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12] in address
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_that_a_page_needs_together_come_as_one(client):
    names = ("app.css", "figures.css", "tenant.css")
    answer = client.get(static_address(*names))
    assert answer.status_code == 200
    assert answer.content == b"\n".join((STATIC / name).read_bytes() for name in names)
    assert static_address(*names) != static_address(*reversed(names))


def test_no_file_can_be_asked_for_many_times_at_once(client):
    assert client.get(static_address("app.css", "app.css")).status_code == 404


def test_the_font_is_cached_by_its_version(client):
    answer = client.get(f"/static/{FONT}")
    assert answer.headers["content-type"] == "font/woff2"
    assert "immutable" in answer.headers["cache-control"]
    assert FONT in (STATIC / "app.css").read_text("utf-8")


def test_scripts_and_styles_have_the_types_that_browsers_ask_for(client):
    kinds = {name: client.get(static_address(name)).headers["content-type"] for name in OWN}
    assert kinds["app.js"] == "text/javascript; charset=utf-8"
    assert kinds["app.css"] == "text/css; charset=utf-8"
    assert kinds["logo.svg"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        "/static/app.css",
        "/static/app.000000000000.css",
        "/static/app+.000000000000.css",
        "/static/app+nothing.000000000000.css",
        "/static/README.md",
        "/static/licences",
        "/static/licences/htmx.txt",
        "/static/%2e%2e/rendering.py",
        "/static/..%2frendering.py",
        "/static/..%2Frendering.000000000000.py",
        "/static/%2Fetc%2Fpasswd",
        "/static/....000000000000.py",
        "/static/app%00.000000000000.css",
        "/static/inter-5.3.0.woff2%00",
    ],
)
def test_nothing_else_can_be_read(client, path):
    assert client.get(path).status_code == 404
