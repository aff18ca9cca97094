"""Rows of a source that mean harm: reported, shown as text, never run; the good tenants are scored."""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from client_health.store.runs import Run
from tests.cast import Service
from tests.cli.conftest import Cli, Forks, clean_environment
from tests.conftest import DIALECTS
from tests.dashboard.visitors import visit
from tests.hostile.rows import FIGURES, ODD_IDS, ODD_KINDS, REFUSED_IDS, TEXTS, hostile_service, night, unseen

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHOWN = ["anna", *TEXTS, *ODD_IDS]


@pytest.fixture(scope="module", params=DIALECTS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Run]]:
    """Two nights over the hostile application; source and store on the same dialect."""
    folder = tmp_path_factory.mktemp("rows")
    if request.param == "sqlite":
        service = hostile_service(
            folder, f"sqlite:///{folder / 'store.db'}", f"sqlite:///{folder / 'bad.db'}"
        )
        yield service, night(service)
        service.store.close()
        return
    server, names = request.getfixturevalue("postgres"), [f"rows_{uuid4().hex}" for _ in range(2)]
    service = hostile_service(folder, *map(server.create_database, names))
    yield service, night(service)
    service.store.close()
    for name in names:
        server.drop_database(name)


def test_good_tenants_are_scored_and_bad_values_are_named(world: tuple[Service, Run]) -> None:
    service, run = world
    assert (run.status, run.outcome) == ("completed", "with_errors")
    assert run.counts["tenants"] == 2 + len(TEXTS) + len(ODD_IDS)
    assert service.score("anna").overall == 80  # by her logins; the tickets are missing
    found = service.problems(run)
    told = {(one.query, one.tenant_id, one.column) for one in found if one.severity == "error"}
    for name, (login, _) in FIGURES.items():
        assert (login == 10) == (("usage.login", name, "active_users") not in told)
        assert ("usage.tickets", name, "support_tickets") in told
    dialect = service.settings.source_named("default").url.split(":")[0]
    odd = {one.query for one in found}
    assert odd >= {f"usage.odd_{place}" for place in range(len(ODD_KINDS[dialect]))}
    assert ("tenants", "ben", None) in told
    assert sum(one.message.endswith("the row is left out") for one in found) == len(REFUSED_IDS)


def test_no_message_holds_what_cannot_be_seen_nor_more_than_a_few_lines(world: tuple[Service, Run]) -> None:
    service, run = world
    for problem in service.problems(run):
        assert not unseen(str(problem)), repr(str(problem))
        assert "\n" not in str(problem)
        assert len(str(problem)) < 700
    for report in run.reports:
        assert not unseen(report["failure"] or "")


def test_names_are_one_line_of_what_can_be_seen(world: tuple[Service, Run]) -> None:
    service, _ = world
    for one in SHOWN:
        row = service.score(one)
        for text in (row.name, row.slug, row.segment, row.industry, row.owner):
            assert text is None or (text.isprintable() and len(text) <= 500), repr(text)
    assert service.score("hebrew").name == TEXTS["hebrew"]
    assert service.score("turned").name == "gnp.exe"


class Seen(HTMLParser):
    """What a browser makes of a page: the scripts, the handlers and the addresses that it would follow."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.harm += [f"{tag} {name}" for name in given if name.startswith("on")]
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.harm.append(f"script {given}")
        addresses = [given.get(name) or "" for name in ("href", "src", "action", "hx-get", "hx-post")]
        self.harm += [one for one in addresses if one and not one.startswith(("/", "?", "#"))]


def pages(run: Run) -> list[str]:
    tenants = [f"/tenants/{quote(one, safe='')}" for one in SHOWN]
    lists = ["/", "/?search=%3Cscript%3E", "/runs", f"/runs/{run.id}", "/benchmarks", "/scorecards"]
    return [
        *lists,
        *tenants,
        f"{tenants[1]}/qbr",
        f"{tenants[-1]}/qbr",
        f"/benchmarks?tenant={tenants[1][9:]}",
    ]


def test_every_page_shows_them_as_text(world: tuple[Service, Run]) -> None:
    service, run = world
    client = visit(service, "admin")
    for path in pages(run):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        seen = Seen()
        seen.feed(answer.text)
        assert seen.harm == [], path
        assert not unseen(answer.text), (path, unseen(answer.text))
        assert "&lt;script&gt;alert(1)" in answer.text or "alert(1)" not in answer.text, path


def test_no_cell_of_any_csv_begins_a_formula(world: tuple[Service, Run], forks: Forks) -> None:
    service, _ = world
    cli = Cli(service.folder, forks, clean_environment())
    texts = {what: cli("export", what).stdout for what in ("scores", "usage", "tenants", "runs")}
    texts["portfolio"] = visit(service, "csm").get("/portfolio.csv").text
    for what, text in texts.items():
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert len({len(row) for row in rows}) == 1, what
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(FORMULAS) or is_number(cell), (what, cell)
    assert "'=HYPERLINK" in texts["tenants"]
    assert "'=1+1" in texts["scores"]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_terminal_shows_them_as_text(world: tuple[Service, Run], forks: Forks) -> None:
    service, _ = world
    cli = Cli(service.folder, forks, clean_environment())
    commands = [["status"], ["check"], ["run", "--as-of", "2026-03-04"], ["run", "--tenant", "two\nlines"]]
    commands += [["explain", one] for one in ("colour", "turned", "markup", "lines", ODD_IDS[0], "\x1b[31m")]
    for command in commands:
        done = cli(*command)
        assert not unseen(done.stdout + done.stderr), (command, unseen(done.stdout + done.stderr))
    assert "[bold red]x[/]" in cli("explain", "markup").stdout


def test_json_stays_json(world: tuple[Service, Run], forks: Forks) -> None:
    service, run = world
    cli = Cli(service.folder, forks, clean_environment())
    for line in cli("export", "tenants", "--format", "jsonl").stdout.splitlines():
        assert json.loads(line)["tenant_id"]
    done: dict[str, Any] = json.loads(cli("run", "--json", "--as-of", "2026-03-04").stdout)
    assert done["counts"]["tenants"] == run.counts["tenants"]
