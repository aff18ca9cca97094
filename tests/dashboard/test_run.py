"""The page of one run: how it stands, what went wrong, cancelling, accepting what was held back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from client_health.scorecard.sets import ScorecardSet
from client_health.store import held, runs
from tests.cast import CONFIG, MONDAY, TESTER, Service, make_service
from tests.dashboard.forms import post
from tests.dashboard.test_runs import TUESDAY, ask_now, page, take
from tests.dashboard.visitors import visit
from tests.jobs.publishing import OTHER, ask, work
from tests.replay.cast import scorecard_of

SMALL_GUARD = "[runs]\nsuspicious_tenants = 2"


@pytest.fixture
def service(tmp_path, store_url) -> Iterator[Service]:
    """One night of four tenants."""
    made = make_service(tmp_path, store_url)
    made.night(MONDAY)
    yield made
    made.store.close()


@pytest.fixture
def suspicious(tmp_path, store_url) -> Iterator[tuple[Service, str]]:
    """A service whose latest run was held back: everybody's active users fell to 2."""
    made = make_service(tmp_path, store_url, CONFIG.replace("[runs]", SMALL_GUARD))
    made.night(MONDAY)
    for name in ("anna", "ben", "carla", "dora"):
        made.app.tenant(name, active=2)
    run = made.night(TUESDAY)
    assert run.outcome == "suspicious"
    yield made, run.id
    made.store.close()


def test_a_finished_run_shows_its_counts_queries_and_falls(service):
    service.app.tenant("ben", active=3)
    run = service.night(TUESDAY)
    html = page(visit(service), f"/runs/{run.id}")
    assert "<h1>Run of 2026-03-03</h1>" in html
    assert "Completed" in html
    assert "Healthy" in html
    assert '<a class="row-link" href="/tenants/ben"><bdi>Ben</bdi></a>' in html
    assert "100 → 58" in html
    assert "<code>usage.tickets</code>" in html
    assert "small v1" in html
    assert "hx-" not in html.partition('<div id="run"')[2].partition(">")[0]


def test_problems_stand_by_query_and_by_tenant_with_links(service):
    service.app.tenant("dora", active=-1, tickets=-1)
    service.app.execute("insert into logins values ('stranger', 1, 1)")
    run = service.night(TUESDAY)
    html = page(visit(service), f"/runs/{run.id}")
    assert "Problems by query" in html
    by_tenant = html.partition("Problems by tenant")[2]
    assert '<a class="row-link" href="/tenants/dora"><bdi>Dora</bdi></a>' in by_tenant
    assert "<code>usage.login.active_users</code>" in by_tenant
    assert "1 tenant" in by_tenant


def test_a_failed_run_says_that_nothing_was_published(service):
    service.app.break_table("orgs")
    run = service.night(TUESDAY)
    html = page(visit(service), f"/runs/{run.id}")
    assert "Nothing of this run was published" in html
    assert "no such table: orgs" in html


def test_the_details_of_an_open_run_ask_again_until_it_has_ended(service):
    client, run = visit(service, "admin"), ask_now(service)
    path = f"/runs/{run.id}"
    fragment = client.get(path, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith(f'<div id="run" hx-get="{path}" hx-trigger="every 2s"')
    assert "<html" not in fragment
    with service.store.write() as connection:
        runs.cancel(connection, run.id, TESTER, service.clock())
    ended = client.get(path, headers={"HX-Request": "true"}).text
    assert ended.lstrip().startswith('<div id="run">')
    assert "Cancelled" in ended


def test_cancelling_a_queued_run_closes_it_at_once(service):
    client, run = visit(service, "admin"), ask_now(service)
    answer = post(client, f"/runs/{run.id}/cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{run.id}")
    assert service.run_of(run.id).status == "cancelled"
    assert "/cancel" not in page(client, f"/runs/{run.id}")


def test_cancelling_a_running_one_shows_that_it_is_stopping(service):
    client, run = visit(service, "admin"), ask_now(service)
    take(service, run)
    assert "/cancel" in page(client, f"/runs/{run.id}")
    post(client, f"/runs/{run.id}/cancel")
    html = page(client, f"/runs/{run.id}")
    assert "Stopping" in html
    assert "/cancel" not in html
    assert 'hx-trigger="every 2s"' in html


def test_cancelling_a_run_that_has_just_ended_says_so_on_its_page(service):
    done = service.night(TUESDAY)
    answer = post(visit(service, "admin"), f"/runs/{done.id}/cancel")
    assert answer.status_code == 409
    assert "completed already" in answer.text
    assert "<h1>Run of 2026-03-03</h1>" in answer.text


@pytest.mark.parametrize("run_id", ["nothing", "%00", "x" * 100])
def test_an_unknown_run_is_not_found(service, run_id):
    client = visit(service, "admin")
    for path in (f"/runs/{run_id}", f"/runs/{run_id}/row"):
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 404
    for path in (f"/runs/{run_id}/cancel", f"/runs/{run_id}/accept"):
        assert post(client, path).status_code == 404


def test_a_suspicious_run_shows_its_jump_to_everybody_and_accept_to_admins(suspicious):
    service, run_id = suspicious
    for path in ("/runs", f"/runs/{run_id}"):
        html = page(visit(service), path)
        assert "the figures of 2026-03-03 look wrong" in html
        assert "<b>4</b> of 4 tenants" in html
        assert "<b>10 → 2</b> active users" in html
        assert "query usage.login" in html
        assert "An admin can accept them" in html
        assert "/accept" not in html
        assert f"/runs/{run_id}/accept" in page(visit(service, "admin"), path)


def test_accepting_publishes_what_was_held_back_and_the_page_says_by_which_run(suspicious):
    service, run_id = suspicious
    client = visit(service, "admin")
    answer = post(client, f"/runs/{run_id}/accept")
    accepting = service.run_of(answer.headers["location"].removeprefix("/runs/"))
    assert (accepting.options["held"], accepting.requested_by) == (run_id, "anna-admin")
    assert "Publishes what another run had held back" in page(client, f"/runs/{accepting.id}")
    again = post(client, f"/runs/{run_id}/accept")
    assert again.headers["location"] == f"/runs/{accepting.id}"
    assert work(service, accepting).status == "completed"
    assert service.score("anna").overall == 52
    html = page(client, f"/runs/{run_id}")
    assert "Its figures were accepted" in html
    assert "look wrong" not in page(client, "/runs")
    late = post(client, f"/runs/{run_id}/accept")
    assert late.status_code == 409
    assert "accepted already" in late.text


def test_what_is_kept_no_longer_cannot_be_accepted(suspicious):
    service, run_id = suspicious
    with service.store.write() as connection:
        held.forget_superseded(connection, TUESDAY, service.clock() + timedelta(days=31))
    html = page(visit(service, "admin"), f"/runs/{run_id}")
    assert "kept no longer" in html
    assert "/accept" not in html
    assert "look wrong" not in page(visit(service, "admin"), "/runs")


def test_a_run_that_is_not_held_back_cannot_be_accepted(service):
    done = service.night(TUESDAY)
    answer = post(visit(service, "admin"), f"/runs/{done.id}/accept")
    assert answer.status_code == 409
    assert "not held back" in answer.text


def test_a_publication_shows_its_scorecards_and_how_many_days_it_scored(service, tmp_path):
    run = ask(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    client = visit(service)
    html = page(client, f"/runs/{run.id}")
    assert "<h1>Publication of scorecards</h1>" in html
    assert "not in force yet" in html
    work(service, run)
    html = page(client, f"/runs/{run.id}")
    assert '<a href="/scorecards/small/2">small v2</a>' in html
    assert "in force since" in html
    assert "Days scored anew" in html


def test_a_run_of_named_tenants_links_to_them(service):
    run = service.tenant_at(service.clock(), "anna", "ben")
    html = page(visit(service), f"/runs/{run.id}")
    assert '<a href="/tenants/anna">Anna</a>' in html


def test_a_run_that_another_made_superfluous_is_told_as_settled(suspicious):
    service, run_id = suspicious
    for name in ("anna", "ben", "carla", "dora"):
        service.app.tenant(name)
    later = service.night(TUESDAY)
    assert later.outcome == "clean"
    html = page(visit(service, "admin"), f"/runs/{run_id}")
    assert "Held back, superseded" in html
    assert f'<a href="/runs/{later.id}">See the run that did</a>' in html
    assert "/accept" not in html
    answer = post(visit(service, "admin"), f"/runs/{run_id}/accept")
    assert answer.status_code == 409
    assert "was published since" in answer.text
