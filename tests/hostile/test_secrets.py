"""Passwords, keys, tokens and secrets: after runs that fail over them, none of them stands anywhere."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from client_health.api.application import PREFIX
from client_health.dashboard.context import COOKIE
from client_health.instants import utc_now
from client_health.store import keys, sessions, users
from client_health.store.schema import metadata
from client_health.visible import without_passwords
from tests.api.conftest import open_api
from tests.cast import MONDAY, TESTER, make_service, with_password
from tests.cli.conftest import Cli, Forks, clean_environment
from tests.cli.test_secrets import refused_port
from tests.cli.test_serve import call, free_port, wait_until
from tests.dashboard.visitors import begin_session, visit
from tests.databases import PostgresServer

CONFIG = """
[store]
url = "{store_url}"
[source]
url = "{source_url}"
pause_ms = 0
[sources.down]
url = "postgresql://app:hunter2@127.0.0.1:{port}/app"
[sources.wrong]
url = "{wrong_url}"
[runs]
attempts = 1
[tenants]
sql = "select 'anna' as tenant_id, 'Anna' as name, 'postgresql://app:hunter2@db/app' as arr"
[usage.good]
sql = "select 'anna' as tenant_id, 5 as active_users, 5 as total_users"
[usage.told_by_the_database]
sql = "select 'anna' as tenant_id, 'postgresql://app:hunter2@db/app'::int as a"
[usage.told_by_libpq]
sql = "select 'anna' as tenant_id, 'host=db password=hunter2 dbname=app'::int as b"
[usage.a_value]
sql = "select 'anna' as tenant_id, 'postgresql://app:hunter2@db/app' as c"
[usage.unreachable]
source = "down"
sql = "select 'anna' as tenant_id, 1 as d"
[usage.refused]
source = "wrong"
sql = "select 'anna' as tenant_id, 1 as e"
[web]
public_url = "https://health.example.com"
[oidc]
issuer = "https://127.0.0.1:{port}"
client_id = "client-health"
client_secret = "hunter2-oidc"
default_role = "viewer"
"""
LOGGING = """
import logging, structlog
from client_health.app.logs import configure_logs
configure_logs()
structlog.get_logger().error("failed", reason="cannot reach postgresql://app:hunter2@db/app\\n\\x1b[31m{}")
logging.getLogger("uvicorn.error").error("password=hunter2 \\n {} was refused", extra={"a": 1})
try:
    raise RuntimeError("postgresql://app:hunter2@db/app\\n\\x1b]0;owned\\x07")
except RuntimeError:
    structlog.get_logger().exception("a fault")
    logging.getLogger("other").exception("another fault")
"""


def refusing(server: PostgresServer, name: str) -> str:
    """The address of a database, with a user that there is not: the server says no."""
    url = make_url(server.create_database(name)).set(username="stranger", password="hunter2")
    return url.render_as_string(hide_password=False)


def test_no_secret_stands_anywhere_after_a_run_that_failed_over_them(
    postgres: PostgresServer, tmp_path: Path, forks: Forks
) -> None:
    url = with_password(postgres.create_database("secrets"))
    config = CONFIG.replace("{source_url}", url).replace("{wrong_url}", refusing(postgres, "secrets_wrong"))
    config = config.replace("{port}", str(refused_port()))
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", config)
    run = service.night(MONDAY)
    assert {one["name"] for one in run.reports if one["failure"]} == {
        f"usage.{name}" for name in ("told_by_the_database", "told_by_libpq", "unreachable", "refused")
    }
    api, cookie = open_api(service), begin_session(service, "admin")
    secrets = ["hunter2", *api.keys.values(), cookie]
    everything = {
        path: api.ask("GET", path, "admin").text
        for path in ("/jobs", f"/jobs/{run.id}", "/freshness", "/audit", "/", "/anna/score", "/scorecards")
    }
    pages = visit(service, "admin")
    for path in ("/", "/runs", f"/runs/{run.id}", "/users", "/audit", "/portfolio.csv", "/sign-in/sso"):
        everything[f"page {path}"] = pages.get(path).text
    everything["metrics"] = pages.get(
        "/metrics", headers={"Authorization": f"Bearer {api.keys['admin']}"}
    ).text
    cli = Cli(tmp_path, forks, clean_environment())
    for command in (
        "run",
        "run --json",
        "check",
        "status",
        "keys list",
        "users list",
        "export runs",
        "export scores",
    ):
        done = cli(*command.split())
        everything[command] = done.stdout + done.stderr
    with service.store.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            everything[f"table {table.name}"] = "\n".join(map(repr, rows))
    service.store.close()
    assert "client_health_" in everything["metrics"]
    assert "usage.told_by_libpq" in everything[f"/jobs/{run.id}"]
    for where, text in everything.items():
        found = [secret for secret in secrets if secret in text]
        assert not found, f"{where}: {found}"
    for name in ("secrets", "secrets_wrong"):
        postgres.drop_database(name)


@pytest.mark.slow
def test_no_secret_stands_in_the_log_of_a_server_whose_run_fails_over_them(
    postgres: PostgresServer, tmp_path: Path, forks: Forks
) -> None:
    url = with_password(postgres.create_database("logged"))
    config = CONFIG.replace("{source_url}", url).replace("{wrong_url}", refusing(postgres, "logged_wrong"))
    config = config.replace("{port}", str(refused_port())).replace("https://health.example.com", "")
    config = config.replace('public_url = ""\n', "").partition("[oidc]")[0]
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", config)
    with service.store.write() as connection:
        _, key = keys.create(connection, "portal", "admin", TESTER, utc_now())
        user = users.add(connection, "anna", "Anna", "admin", utc_now(), None)
        cookie = sessions.begin(connection, user.id, utc_now(), "127.0.0.1", None)
    port = free_port()
    command = Cli(tmp_path, forks, clean_environment())
    process = command.start("serve", "--port", str(port), "--log-level", "debug")
    wait_until(lambda: call(port, "/livez")[0] == 200, process)
    job = call(port, f"{PREFIX}/calculate-all", key, "POST")[1]["jobId"]
    wait_until(
        lambda: call(port, f"{PREFIX}/jobs/{job}", key)[1]["status"] in {"completed", "failed"}, process
    )
    for path in (f"{PREFIX}/anna/score?key={key}", f"{PREFIX}/no/{key}", f"/runs?token={cookie}", "/metrics"):
        headers = {"Authorization": f"Bearer {key}", "Cookie": f"{COOKIE}={cookie}"}
        assert httpx2.get(f"http://127.0.0.1:{port}{path}", headers=headers).status_code in {200, 404}, path
    call(port, f"{PREFIX}/jobs", "ch_not-a-key-of-ours-hunter2")
    process.terminate()
    _, log = process.communicate(timeout=60)
    service.store.close()
    assert '"event": "run ' in log
    assert log.count('"event": "request"') > 3
    assert [secret for secret in ("hunter2", key, cookie) if secret in log] == []
    for name in ("logged", "logged_wrong"):
        postgres.drop_database(name)


def test_logs_hold_no_password_and_one_object_a_line() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert all(json.loads(line)["level"] == "error" for line in lines)
    assert "hunter2" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://app:geheim@db/app", "postgresql://app:***@db/app"),
        (
            "see postgresql+psycopg://:a:b@db, and mysql://x:y@z",
            "see postgresql+psycopg://:***@db, and mysql://x:***@z",
        ),
        ("host=db password=geheim user=app", "host=db password=*** user=app"),
        ("host=db password='ge heim' user=app", "host=db password=*** user=app"),
        ("?sslpassword=geheim&x=1", "?sslpassword=***&x=1"),
        ("https://example.com/a:b", "https://example.com/a:b"),
        ("column password does not exist", "column password does not exist"),
        ("a@b.example and 12:30", "a@b.example and 12:30"),
    ],
)
def test_what_stands_where_addresses_have_passwords_is_starred(text: str, shown: str) -> None:
    assert without_passwords(text) == shown
