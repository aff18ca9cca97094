"""Tenants with a story each, for the pages of one tenant."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from client_health.store import tenants
from client_health.usage.tenants import Tenant
from tests.cast import CONFIG, MONDAY, Service, make_service

ODD = "a b/ü?#"
EVIL = "<b onclick=x>Böld</b> שלום"
LAST = MONDAY + timedelta(days=9)
FEATURES = """[features]
sql = "select org as tenant_id, feature_key, first as first_used_at, last as last_used_at from uses"
in_use_days = 30
[[features.catalogue]]
key = "SSO"
name = "Single sign-on"
category = "integrations"
[[features.catalogue]]
key = "API"
name = "API usage"
category = "integrations"
[[features.catalogue]]
key = "HOTLINE"
name = "Hotline"
"""


def make_world(folder: Path, url: str) -> Service:
    """Ten nights: anna falls on the last one, kim is new then, dora leaves, gina never has figures."""
    service = make_service(folder, url, CONFIG.replace("[scorecard]", FEATURES + "[scorecard]"))
    app = service.app
    app.execute("create table uses (org text, feature_key text, first text, last text)")
    app.execute("insert into uses values ('anna', 'SSO', '2025-04-02', '2026-03-09 10:00:00')")
    app.execute("insert into uses values ('anna', 'API', '2025-05-02', '2025-06-09 10:00:00')")
    app.tenant("anna", industry="FINANCIAL_SERVICES", owner="Olga Owner")
    for number in range(5):
        app.tenant(f"peer{number}", active=4 + number)
    app.tenant(ODD)
    app.execute("update orgs set name = ? where id = ?", EVIL, ODD)
    app.tenant("gina", active=-1, tickets=-1)
    service.nights(MONDAY, 9)
    app.tenant("anna", active=4, tickets=3, industry="FINANCIAL_SERVICES", owner="Olga Owner")
    app.tenant("kim", since="2026-03-05 00:00:00")
    app.forget("dora")
    service.night(LAST)
    with service.store.write() as connection:
        tenants.sync(connection, [Tenant("later", "later", "Later")], whole_fleet=False)
    return service


def address(tenant: str, rest: str = "") -> str:
    """The path of a tenant's page."""
    return f"/tenants/{quote(tenant, safe='')}{rest}"


def page(client: TestClient, tenant: str = "anna", rest: str = "", status: int = 200) -> str:
    """A page of a tenant without line breaks; it must hold no style and no inline script."""
    answer = client.get(address(tenant, rest))
    assert answer.status_code == status, answer.text
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|hx-on", answer.text), "inline code"
    return " ".join(answer.text.split())


def section(html: str, title: str) -> str:
    """The card with this heading."""
    found = re.search(rf'<section[^>]*aria-labelledby="{title}-title".*?</section>(?!\s*<section>)', html)
    assert found, title
    return found[0]


def text(html: str) -> str:
    """What is read of it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def cells(html: str, name: str) -> list[str]:
    """The texts of the row that begins with this name."""
    found = re.search(rf'<tr[^>]*> ?<th scope="row">{re.escape(name)}.*?</tr>', html)
    assert found, name
    return [text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", found[0])]


def days_ago(days: int) -> date:
    """So many days before the last night."""
    return LAST - timedelta(days=days)
