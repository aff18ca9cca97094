"""The page of runs: what it says, starting, and what it does while a run is open."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from client_health.dashboard.run_words import run_line, schedule_words
from client_health.jobs import requests
from client_health.store import runs
from tests.cast import CONFIG, MONDAY, Service, make_service, person
from tests.dashboard.forms import csrf_of, post
from tests.dashboard.visitors import visit

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """One night of four tenants."""
    made = make_service(tmp_path, store_url)
    made.night(MONDAY)
    yield made
    made.store.close()


def page(client, path="/runs", **params):
    answer = client.get(path, params=params or None)
    assert answer.status_code == 200, answer.text
    assert "style=" not in answer.text.replace("rel=stylesheet", "")
    return " ".join(answer.text.split())


def ask_now(service):
    wanted = requests.whole_fleet_now(service.settings, person("anna"), service.clock())
    return requests.ask(service.store, service.settings, wanted, service.clock())[0]


def take(service, run):
    with service.store.write() as connection:
        return runs.take(connection, run.id, "worker-1", service.clock())


def test_the_page_says_what_was_published_and_when_the_next_run_is(service):
    html = page(visit(service))
    assert "Every day at 02:00" in html
    assert "2026-03-11 02:00 UTC" in html
    assert "in 14 hours" in html
    assert 'Scores of <a href="/runs/' in html
    assert "All tenants<span" in html
    assert "from the command line" in html
    assert "3 queries answered" in html


def test_the_next_run_is_told_in_the_configured_zone_and_in_utc(tmp_path):
    config = 'timezone = "Asia/Tokyo"\n[schedule]\ncron = "30 2 * * 1-5"\n' + CONFIG
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", config)
    html = page(visit(service))
    assert "Monday to Friday at 02:30" in html
    assert "2026-03-11 02:30 Asia/Tokyo" in html
    assert "2026-03-10 17:30 UTC" in html


def test_before_the_first_run_the_page_says_how_one_starts(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    html = page(visit(service))
    assert "No runs yet" in html
    assert "an admin can start one at once" in html
    assert "3 queries not asked yet" in html
    assert "never answered" in html
    assert "Run now starts one at once" in page(visit(service, "admin"))


def test_a_schedule_that_is_off_is_said(tmp_path):
    config = '[schedule]\ncron = "off"\n' + CONFIG
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", config)
    assert "no run starts by itself" in page(visit(service))


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 2 * * *", "every day at 02:00"),
        ("5 14 * * 6,0", "at weekends at 14:05"),
        ("*/5 2 * * *", "cron */5 2 * * *"),
        ("0 2 1 * *", "cron 0 2 1 * *"),
        ("off", "off"),
    ],
)
def test_simple_schedules_are_told_in_words_and_others_as_they_are(cron, words):
    assert schedule_words(cron) == words


def test_run_now_queues_a_run_and_goes_to_it(service):
    client = visit(service, "admin")
    answer = post(client, "/runs")
    assert answer.status_code == 303
    run = service.run_of(answer.headers["location"].removeprefix("/runs/"))
    assert (run.kind, run.trigger, run.requested_by, run.status) == ("all", "request", "anna-admin", "queued")


def test_run_now_while_one_is_open_says_so_with_a_link(service):
    client = visit(service, "admin")
    first = post(client, "/runs").headers["location"]
    again = post(client, "/runs")
    assert (again.status_code, again.headers["location"]) == (
        303,
        "/runs?already=" + first.removeprefix("/runs/"),
    )
    html = page(client, again.headers["location"])
    assert "A run of all tenants is queued already" in html
    assert f'<a href="{first}">See how far it is</a>' in html


def test_a_run_that_has_ended_since_is_in_nobodys_way(service):
    done = service.night(TUESDAY)
    html = page(visit(service, "admin"), already=done.id)
    assert "See how far it is" not in html
    assert page(visit(service, "admin"), already="nothing")


@pytest.mark.parametrize("role", ["viewer", "csm"])
def test_only_an_admin_is_shown_the_buttons_and_may_press_them(service, role):
    run = ask_now(service)
    client = visit(service, role)
    for path in ("/runs", f"/runs/{run.id}"):
        assert "/cancel" not in page(client, path)
    assert "Run now" not in page(client)
    for path in ("/runs", f"/runs/{run.id}/cancel", f"/runs/{run.id}/accept"):
        assert post(client, path).status_code == 403
    assert service.run_of(run.id).status == "queued"


@pytest.mark.parametrize("path", ["/runs", "/runs/{id}/cancel", "/runs/{id}/accept"])
def test_a_form_without_the_token_of_the_session_is_refused(service, path):
    run, client = ask_now(service), visit(service, "admin")
    for data in ({}, {"csrf": "x"}, {"csrf": csrf_of(visit(service, "viewer"), "/runs")}):
        answer = client.post(path.format(id=run.id), data=data)
        assert answer.status_code == 403
        assert "expired" in answer.text
    assert service.run_of(run.id).status == "queued"


def test_who_is_not_signed_in_is_sent_to_sign_in(service):
    client = visit(service, None)
    assert client.get("/runs").headers["location"] == "/sign-in?next=/runs"
    assert client.post("/runs").status_code == 303


def test_the_row_of_an_open_run_asks_again_and_that_of_an_ended_one_does_not(service):
    client, run = visit(service, "admin"), ask_now(service)
    path = f"/runs/{run.id}/row"
    row = client.get(path, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in row.text
    assert 'hx-swap="outerHTML"' in row.text
    assert "HX-Trigger" not in row.headers
    taken = take(service, run)
    with service.store.write() as connection:
        runs.note_progress(
            connection, taken, 42, "reading usage.login", {"queries_done": 1, "queries_total": 3}
        )
    row = client.get(path, headers={"HX-Request": "true"})
    assert '<progress max="100" value="42"' in row.text
    assert "reading usage.login" in row.text
    with service.store.write() as connection:
        runs.finish(connection, taken, "completed", service.clock(), outcome="clean", progress=100)
    row = client.get(path, headers={"HX-Request": "true"})
    assert "hx-" not in row.text
    assert row.headers["HX-Trigger"] == "run-ended"
    assert row.text.lstrip().startswith("<tr")


def test_fragments_asked_for_as_pages_lead_to_the_pages(service):
    client, run = visit(service), ask_now(service)
    assert client.get(f"/runs/{run.id}/row").headers["location"] == f"/runs/{run.id}"
    assert client.get("/runs/head").headers["location"] == "/runs"
    head = client.get("/runs/head", headers={"HX-Request": "true"})
    assert head.text.lstrip().startswith('<section class="card" id="runs-head"')


def test_older_runs_are_pages_away(service, monkeypatch):
    monkeypatch.setattr("client_health.dashboard.pages.runs.PAGE", 2)
    start = service.clock()
    for number in range(1, 4):
        service.clock = lambda number=number: start + timedelta(minutes=number)
        service.night(MONDAY + timedelta(days=number))
    client = visit(service)
    first = page(client)
    link = re.search(r'href="(/runs\?before=[^"]+)"', first)
    assert link
    second = page(client, link[1].replace("&#43;", "+"))
    days = [re.findall(r'id="open-\w+" href="[^"]+">([\d-]+)<', html) for html in (first, second)]
    assert days == [["2026-03-05", "2026-03-04"], ["2026-03-03", "2026-03-02"]]
    assert "Older runs" not in second
    assert "The newest" in second


@pytest.mark.parametrize("cursor", ["x", "2026-99-99", "0001-01-01T00:00:00+14:00", "\0", "x" * 101])
def test_a_cursor_that_no_page_gave_is_a_page_that_says_so(service, cursor):
    assert visit(service).get("/runs", params={"before": cursor}).status_code == 422


def test_a_failed_query_stands_out_among_the_sources(service):
    service.app.break_table("tickets")
    service.night(TUESDAY)
    html = page(visit(service))
    assert "1 query failed" in html
    assert "no such table: tickets" in html
    assert "With errors" in html


def test_a_failed_run_says_why_in_the_list(service):
    service.app.break_table("orgs")
    service.night(TUESDAY)
    html = page(visit(service))
    assert "Failed" in html
    assert "no such table: orgs" in html


def test_names_are_escaped_wherever_a_run_shows_them(service):
    service.app.tenant("<i>eve</i>")
    run = service.tenant_at(datetime(2026, 3, 10, tzinfo=UTC), "<i>eve</i>")
    for path in ("/runs", f"/runs/{run.id}"):
        html = page(visit(service), path)
        assert "<i>" not in html.lower()
        assert "&lt;I&gt;Eve&lt;/I&gt;" in html


def test_every_kind_of_run_is_told_in_words(service):
    now = service.clock()
    night = service.night(TUESDAY)
    assert run_line(night, now).what == "All tenants"
    one = service.tenant_at(now, "anna")
    assert run_line(one, now, {"anna": "Anna"}).what == "Anna"
    assert run_line(service.tenant_at(now, "anna", "ben"), now).what == "2 tenants"
    with service.store.read() as connection:
        assert all(run_line(run, now).state.word == "Completed" for run in runs.newest(connection, 9))


def test_old_runs_without_options_of_today_are_still_shown(service, tmp_path):
    run = service.night(TUESDAY)
    if service.store.dialect == "sqlite":
        with sqlite3.connect(tmp_path / "store.db") as connection:
            connection.execute("update runs set options = '{}', counts = '{}' where id = ?", (run.id,))
        connection.close()
        assert page(visit(service), f"/runs/{run.id}")
        assert page(visit(service))


def test_scores_that_should_be_newer_are_called_late(service):
    assert "2026-03-03 is late" in page(visit(service))
    for day in range(1, 8):
        service.night(MONDAY + timedelta(days=day))
    html = page(visit(service))
    assert "is late" not in html
    assert "2026-03-09</time></a></b>" in html
