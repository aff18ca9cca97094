"""What people do to a tenant: who may, what it leads to, and where it is refused."""

import re

import pytest
from starlette.testclient import TestClient

from client_health.dashboard.context import COOKIE
from client_health.store import alert_levels, notes, owners, problems, runs, tenants
from client_health.store.run_requests import RunRequest
from client_health.usage.problems import error
from tests.cast import MONDAY, Service, make_service, person
from tests.dashboard.tenant_cast import ODD, address, page, section, text
from tests.dashboard.visitors import visit

NOTE = {"kind": "call", "day": "2026-03-09", "text": "Spoke with them."}
ACTIONS = {
    "/recalculate": {},
    "/alert-level": {"level": "PROACTIVE"},
    "/owner": {"owner": "Grace"},
    "/notes": NOTE,
}


@pytest.fixture
def service(tmp_path, store_url):
    service = make_service(tmp_path, store_url)
    service.app.tenant(ODD)
    service.app.tenant("anna", owner="Olga")
    service.night(MONDAY)
    yield service
    service.store.close()


def csrf(service: Service, client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/tenants/anna").text)
    assert found
    return found[1]


def send(service: Service, client: TestClient, rest: str, tenant: str = "anna", **more):
    """A form of the tenant's page, as it is sent without scripts."""
    data = {"csrf": csrf(service, client), **more}
    return client.post(address(tenant, rest), data=data)


def of(service: Service, function, tenant: str = "anna"):
    with service.store.read() as connection:
        return function(connection, tenants.find(connection, tenant).id)


@pytest.mark.parametrize("rest", ACTIONS)
def test_a_viewer_may_not_and_sees_no_button(service, rest):
    viewer = visit(service, "viewer")
    assert send(service, viewer, rest, **ACTIONS[rest]).status_code == 403
    assert address("anna", rest) not in page(viewer)
    assert address("anna", rest) in page(visit(service, "csm"))


@pytest.mark.parametrize("rest", ACTIONS)
def test_a_form_of_nobody_is_refused(service, rest):
    csm = visit(service, "csm")
    assert csm.post(address("anna", rest), data=ACTIONS[rest]).status_code == 403
    assert csm.post(address("anna", rest), data={**ACTIONS[rest], "csrf": "wrong"}).status_code == 403
    answer = visit(service, None).post(address("anna", rest), data=ACTIONS[rest])
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("rest", ACTIONS)
def test_an_unknown_tenant_is_not_found(service, rest):
    assert send(service, visit(service, "csm"), rest, "nobody", **ACTIONS[rest]).status_code == 404


def test_recalculating_leads_to_the_page_that_shows_how_it_stands(service):
    csm = visit(service, "csm")
    answer = send(service, csm, "/recalculate?days=30")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/tenants/anna?days=30&job=")
    html = csm.get(answer.headers["location"]).text
    assert "Waiting for its turn" in html
    assert "<progress" in html
    assert f'<noscript><a href="{answer.headers["location"]}">'.replace("&", "&amp;") in html
    again = send(service, csm, "/recalculate?days=30")
    assert again.headers["location"] == answer.headers["location"]


def watched(client: TestClient, fragment: str):
    """What the fragment asks for every second."""
    found = re.search(r'hx-get="([^"]+)" hx-trigger="every 1s" hx-swap="outerHTML"', fragment)
    assert found
    return client.get(found[1].replace("&amp;", "&"), headers={"HX-Request": "true"})


def test_with_scripts_the_progress_is_watched_and_the_page_loaded_again(service):
    csm = visit(service, "csm")
    headers = {"HX-Request": "true", "X-CSRF-Token": csrf(service, csm)}
    first = csm.post("/tenants/anna/recalculate?view=reported", headers=headers)
    assert first.status_code == 200
    assert "<html" not in first.text
    waiting = watched(csm, first.text)
    assert "HX-Redirect" not in waiting.headers
    with service.store.read() as connection:
        (run,) = runs.with_status(connection, ["queued"])
    service.perform(_request(run))
    done = watched(csm, waiting.text)
    assert done.headers["HX-Redirect"] == f"/tenants/anna?view=reported&job={run.id}"
    html = page(csm, rest=f"?job={run.id}")
    assert "Recalculated, 2026-03-10 12:00 UTC . The figures are as of 2026-03-10 12:00 UTC ." in text(html)
    assert "every 1s" not in html


def _request(run) -> RunRequest:
    """The same request again: the open run of this tenant is taken."""
    ids = tuple(run.tenant_ids)
    return RunRequest("tenants", "request", person("x"), run.score_date, run.as_of, ids, run.exclusive_key)


def test_how_it_failed_is_said(service):
    csm = visit(service, "csm")
    location = send(service, csm, "/recalculate").headers["location"]
    run_id = location.partition("job=")[2]
    with service.store.write() as connection:
        taken = runs.take(connection, run_id, "test", service.clock())
        assert taken is not None
        problems.write(connection, run_id, [error("column <x> is gone", "usage.login")])
        runs.finish(connection, taken, "failed", service.clock(), failure="no query answered")
    html = text(csm.get(location).text)
    assert "Failed: no query answered" in html
    assert "usage.login: column <x> is gone" in html


def test_the_run_of_another_tenant_is_not_shown(service):
    csm = visit(service, "csm")
    run_id = send(service, csm, "/recalculate").headers["location"].partition("job=")[2]
    assert csm.get(f"/tenants/ben?job={run_id}").status_code == 404
    assert csm.get(f"/tenants/ben/recalculation/{run_id}").status_code == 404
    assert csm.get("/tenants/anna/recalculation/nothing").status_code == 404


def test_an_inactive_tenant_is_not_recalculated(service):
    service.app.forget("anna")
    service.night(MONDAY.replace(day=3))
    csm = visit(service, "csm")
    assert send(service, csm, "/recalculate").status_code == 409


def test_an_alert_level_is_set_and_says_who_set_it(service):
    csm = visit(service, "csm")
    back = "/tenants/anna?days=30"
    answer = send(service, csm, "/alert-level", level="PROACTIVE", back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert of(service, alert_levels.get).level == "PROACTIVE"
    html = page(csm)
    assert '<option value="PROACTIVE" selected>' in html
    assert "set by Anna Csm" in text(html)
    assert send(service, csm, "/alert-level", level="LOUD").status_code == 422


def test_an_owner_is_assigned_and_given_back(service):
    csm = visit(service, "csm")
    assert "Olga as the source says" in text(section(page(csm), "account"))
    send(service, csm, "/owner", owner="Grace <i>Liu</i>")
    assert of(service, owners.of_tenant).owner == "Grace <i>Liu</i>"
    told = text(section(page(csm), "account"))
    assert "Grace <i>Liu</i> assigned by Anna Csm" in told
    assert "the source says Olga" in told
    send(service, csm, "/owner", owner="")
    assert of(service, owners.of_tenant).owner == "Olga"


def test_a_note_is_written_shown_as_text_and_marked_in_the_history(service):
    service.night(MONDAY.replace(day=9))
    csm = visit(service, "csm")
    words = "Line one <script>alert(1)</script>\r\nline two \u202eabc"
    answer = send(service, csm, "/notes", kind="meeting", day="2026-03-05", text=words)
    assert answer.headers["location"] == "/tenants/anna#notes"
    (note,) = of(service, notes.of_tenant)
    assert note.text == "Line one <script>alert(1)</script>\nline two \u202eabc"
    html = csm.get("/tenants/anna").text
    shown = "Line one &lt;script&gt;alert(1)&lt;/script&gt;\nline two \u202eabc"
    assert f'<p class="note-text" dir="auto">{shown}</p>' in html
    card = section(page(csm), "history")
    assert "1 2026-03-05 Meeting: Line one <script>alert(1)</script> line two" in text(card)
    assert 'class="mark mark-meeting"' in card


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "gossip"}, {"day": "soon"}, {"text": "   "}, {"text": "x" * 2001}, {"text": "a\0b"}],
    ids=str,
)
def test_a_note_that_cannot_be_is_refused(service, wrong):
    csm = visit(service, "csm")
    assert send(service, csm, "/notes", **(NOTE | wrong)).status_code == 422
    assert of(service, notes.of_tenant) == []


def test_a_line_break_counts_as_one_letter(service):
    csm = visit(service, "csm")
    send(service, csm, "/notes", **(NOTE | {"text": "x\r\n" * 999 + "yy"}))
    (note,) = of(service, notes.of_tenant)
    assert len(note.text) == 2000


def test_a_note_is_removed_by_its_author_or_an_admin(service):
    csm, other, admin = visit(service, "csm"), visit(service, "csm"), visit(service, "admin")
    with service.store.write() as connection:
        connection.exec_driver_sql("update users set name = 'somebody-else' where name = 'anna-csm'")
    csm = visit(service, "csm")
    send(service, csm, "/notes", **NOTE)
    send(service, csm, "/notes", **NOTE)
    first, second = (note.id for note in of(service, notes.of_tenant))
    assert "Remove" not in section(page(other), "notes")
    assert section(page(csm), "notes").count("/remove") == 2
    assert send(service, other, f"/notes/{first}/remove").status_code == 404
    assert send(service, visit(service, "viewer"), f"/notes/{first}/remove").status_code == 403
    assert send(service, csm, f"/notes/{first}/remove", "ben").status_code == 404
    assert send(service, csm, f"/notes/{first}/remove").status_code == 303
    assert send(service, admin, f"/notes/{second}/remove").status_code == 303
    assert of(service, notes.of_tenant) == []


def test_forms_work_for_any_id_and_lead_nowhere_else(service):
    csm = visit(service, "csm")
    answer = send(service, csm, "/alert-level", ODD, level="NONE")
    assert answer.headers["location"] == address(ODD)
    assert of(service, alert_levels.get, ODD).level == "NONE"
    for wrong in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = send(service, csm, "/alert-level", level="NONE", back=wrong)
        assert answer.headers["location"] == "/tenants/anna"


def test_the_cookie_alone_is_not_enough_for_scripts(service):
    csm = visit(service, "csm")
    assert COOKIE in csm.cookies
    answer = csm.post("/tenants/anna/recalculate", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#message"
