"""The scorecard editor as a form without scripts: every button sends the whole draft and brings it back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_health.scorecard.sets import ScorecardSet
from client_health.store import runs
from tests.cast import MONDAY, Service, make_service
from tests.dashboard.forms import Form, csrf_of
from tests.dashboard.test_runs import TUESDAY
from tests.dashboard.visitors import visit
from tests.jobs.publishing import OTHER, ask, cancel, in_force, publish, work
from tests.replay.cast import make_segmented, scorecard_of


def two_nights(folder: Path) -> Service:
    """Two nights: Anna is well, Ben has many tickets."""
    made = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    made.app.tenant("ben", active=9, tickets=6)
    made.night(MONDAY)
    made.night(TUESDAY)
    return made


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    """A service of its own for each test."""
    made = two_nights(tmp_path)
    yield made
    made.store.close()


def editor(service, query="") -> Form:
    client = visit(service, "admin")
    answer = client.get("/scorecards/edit" + query)
    assert answer.status_code == 200, answer.text
    return Form(client, answer.text)


def weights(form):
    return [
        form.fields[f"part.{number}.weight"] for number in range(9) if f"part.{number}.weight" in form.fields
    ]


def said(form):
    return " ".join(form.html.partition('id="answer"')[2].partition('id="fields"')[0].split())


def test_the_editor_begins_with_what_is_in_force(service):
    form = editor(service)
    assert form.fields["part.0.key"] == "login"
    assert form.fields["part.0.per"] == "total_users"
    assert form.fields["part.1.curve"] == "0 → 100\n10 → 0"
    assert weights(form) == ["60", "40"]
    assert (form.fields["name"], form.fields["expected"], form.fields["others"]) == ("small", "1", "[]")
    assert form.fields["high_when_not_alive"] == "on"
    assert '<option value="support_tickets">' in form.html
    assert "style=" not in form.html


def test_a_draft_that_changes_nothing_says_so(service):
    form = editor(service).press("validate")
    assert "Nothing differs from what is in force" in said(form)
    assert form.fields == editor(service).fields | {"csrf": form.fields["csrf"]}


def test_what_was_typed_comes_back_from_every_button(service):
    form = editor(service)
    typed = {
        "part.0.name": '"><script>x</script>',
        "part.1.curve": "odd\n\n  text",
        "note": "why <b>",
        "days": "45",
    }
    form.fields |= typed | {"part.0.weight": "abc", "segment": "SMB\nMid"}
    del form.fields["high_when_not_alive"]
    for action in ("validate", "preview", "publish", "normalise", "add"):
        again = form.press(action)
        assert {name: again.fields[name] for name in typed} == typed
        assert again.fields["part.0.weight"] == "abc"
        assert "high_when_not_alive" not in again.fields
        assert "<script>x" not in again.html
        assert "why &lt;b&gt;" in again.html


def test_components_are_added_and_removed_by_buttons(service):
    form = editor(service).press("add")
    assert (form.fields["part.2.name"], form.fields["part.2.key"]) == ("New component", "")
    assert 'name="part.2.key"' in form.html
    form.fields |= {"part.2.key": "third", "part.2.measure": "active_users", "part.2.weight": "20"}
    form = form.press("remove.0")
    assert [form.fields[f"part.{number}.key"] for number in range(2)] == ["tickets", "third"]
    assert "part.2.key" not in form.fields
    form = form.press("normalise")
    assert weights(form) == ["66.67", "33.33"]
    assert "component login is gone" in said(form.press("validate"))
    assert 'value="remove.0" id="remove-0" disabled' in " ".join(form.press("remove.1").html.split())


def test_faults_stand_in_a_summary_and_beside_their_fields(service):
    form = editor(service)
    form.fields |= {"part.0.weight": "70", "part.1.curve": "0 → 100", "high_below": "hello"}
    form = form.press("validate")
    assert 'role="alert"' in said(form)
    assert '<a href="#part-1-curve">Support tickets, curve</a>' in said(form)
    assert '<a href="#high_below">Critical below</a>: “hello” is not a number' in said(form)
    assert 'id="part-1-curve-fault"' in form.html
    assert 'aria-describedby="high_below-fault" aria-invalid="true"' in form.html
    assert "the weights sum to 110%; they must sum to 100%" in form.html
    assert "110%: must be 100%" in form.html


def test_a_measure_that_no_query_returns_stands_in_the_way(service):
    form = editor(service)
    form.fields["part.1.measure"] = "ticket_count"
    for action in ("validate", "publish"):
        again = form.press(action)
        assert "no query has returned the measure ticket_count" in said(again)
    assert in_force(service).id == 1


def test_a_preview_shows_both_fleets_who_changes_and_why(service):
    form = editor(service)
    form.fields |= {"part.0.weight": "10", "part.1.weight": "90", "days": "30"}
    form = form.press("preview")
    told = said(form)
    assert "Preview: 4 tenants on 2026-03-03" in told
    assert "2 stored days" in told
    assert 'aria-label="Now: 0 to 9 0' in told
    assert told.count('class="chart histogram"') == 2
    assert "Would be at a higher risk: 1 tenant" in told
    assert '<a class="row-link" href="/tenants/ben"><bdi>Ben</bdi></a>' in told
    assert "70 → 45" in told
    assert "Support tickets weighs 40% → 90%" in told
    assert "small, login: weight 60% → 10%" in told
    assert "Tenants that were critical on some day of a week" in told
    assert "style=" not in form.html
    assert form.fields["days"] == "30"
    assert in_force(service).id == 1


def test_a_preview_before_anything_is_scored_says_so(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    told = said(editor(service).press("preview"))
    assert "Nothing is scored yet" in told


@pytest.mark.parametrize(
    ("typed", "days"), [("0", "1"), ("9999", "400"), ("x", "90"), ("", "90"), ("²", "90")]
)
def test_days_out_of_range_become_days_in_range(service, typed, days):
    form = editor(service)
    form.fields["days"] = typed
    assert form.press("validate").fields["days"] == days


def test_publishing_goes_to_the_run_that_does_it(service):
    form = editor(service)
    form.fields |= {"part.0.weight": "50", "part.1.weight": "50", "note": " tickets count more "}
    answer = form.send("publish")
    assert answer.status_code == 303
    run = service.run_of(answer.headers["location"].removeprefix("/runs/"))
    assert (run.kind, run.options["publishes"], run.requested_by) == ("rescore", True, "anna-admin")
    assert work(service, run).status == "completed"
    (version,) = in_force(service).versions
    assert (version.version, version.note, version.published_by) == (2, "tickets count more", "anna-admin")
    assert [part.weight for part in version.scorecard.components] == [0.5, 0.5]


def test_htmx_is_sent_to_the_run_and_gets_fragments_else(service):
    form = editor(service)
    form.fields |= {"part.0.weight": "50", "part.1.weight": "50"}
    again = form.press("validate", **{"HX-Request": "true"})
    assert again.html.lstrip().startswith('<form id="editor"')
    answer = form.send("publish", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"][:6]) == (204, "/runs/")


def test_publishing_what_is_in_force_already_publishes_nothing(service):
    assert "in force already" in said(editor(service).press("publish"))
    with service.store.read() as connection:
        assert runs.open_with_key(connection, "publication") is None


def test_a_draft_of_an_older_set_is_kept_and_not_published(service, tmp_path):
    form = editor(service)
    form.fields |= {"part.0.weight": "55", "part.1.weight": "45"}
    publish(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    form = form.press("publish")
    assert "Somebody else published scorecards since you began" in said(form)
    assert 'role="alert"' in said(form)
    assert weights(form) == ["55", "45"]
    form = form.press("rebase")
    assert form.fields["expected"] == "2"
    assert weights(form) == ["55", "45"]
    assert "small, login: weight 30% → 55%" in said(form)
    assert form.send("publish").status_code == 303


def test_a_second_publication_waits_for_the_first(service, tmp_path):
    run = ask(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    form = editor(service)
    form.fields |= {"part.0.weight": "55", "part.1.weight": "45"}
    assert "another publication is under way" in said(form.press("publish")).lower()
    cancel(service, run)
    assert form.send("publish").status_code == 303


def test_the_editor_may_begin_with_another_version(service, tmp_path):
    publish(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    form = editor(service, "?from=small:1")
    assert weights(form) == ["60", "40"]
    assert "small, login: weight 30% → 60%" in said(form.press("validate"))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=small:9", 404),
        ("from=small", 422),
        ("from=small:x", 422),
        ("card=other", 404),
        ("card=%00", 404),
    ],
)
def test_beginnings_that_are_not_there_are_pages_that_say_so(service, query, status):
    assert visit(service, "admin").get(f"/scorecards/edit?{query}").status_code == status


def test_one_scorecard_of_a_set_is_edited_and_the_others_stay_in_the_draft(tmp_path):
    service = make_segmented(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.night(MONDAY)
    form = editor(service, "?card=small")
    assert (form.fields["name"], form.fields["place"]) == ("small", "1")
    assert json.loads(form.fields["others"])[0]["name"] == "mining"
    form.fields |= {"part.0.weight": "50", "part.1.weight": "50"}
    form = form.press("card.0")
    assert (form.fields["name"], form.fields["industry"]) == ("mining", "Mining")
    form.fields["high_below"] = "35"
    told = said(form.press("validate"))
    assert "mining: risk.high_below 40 → 35" in told
    assert "small, login: weight 60% → 50%" in told
    form = form.press("card.1").press("earlier")
    assert "put it last" in said(form.press("publish"))
    form = form.press("remove_card")
    assert (form.fields["name"], form.fields["others"]) == ("mining", "[]")
    service.store.close()


def test_a_scorecard_for_some_tenants_is_added_and_published(service):
    form = editor(service).press("add_card")
    assert (form.fields["name"], form.fields["place"]) == ("small-2", "0")
    assert "put it last" in said(form.press("validate"))
    form.fields |= {
        "name": "mining",
        "industry": "Mining\nDrilling",
        "part.0.weight": "1",
        "part.1.weight": "99",
    }
    answer = form.send("publish")
    assert answer.status_code == 303
    work(service, service.run_of(answer.headers["location"].removeprefix("/runs/")))
    assert in_force(service).label == "mining v1, small v1"


@pytest.mark.parametrize("role", [None, "viewer", "csm"])
def test_only_an_admin_edits(service, role):
    client, sent = visit(service, role), editor(service).fields
    status = 303 if role is None else 403
    assert client.get("/scorecards/edit").status_code == status
    own = {} if role is None else {"csrf": csrf_of(client, "/runs")}
    for action in ("validate", "preview", "publish"):
        assert client.post("/scorecards/draft", data=sent | own | {"action": action}).status_code == status


def test_a_form_without_the_token_of_the_session_is_refused(service):
    form = editor(service)
    for token in ("", "x", csrf_of(visit(service, "viewer"), "/runs")):
        form.fields["csrf"] = token
        assert form.send("publish").status_code == 403
