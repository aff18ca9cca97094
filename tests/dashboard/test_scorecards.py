"""The pages of scorecards: what is in force, all versions, one version and its file."""

import tomllib
from collections.abc import Iterator

import pytest

from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from tests.cast import MONDAY, SCORECARD, Service, make_service
from tests.dashboard.test_runs import page
from tests.dashboard.visitors import visit
from tests.jobs.publishing import OTHER, ask, in_force, publish
from tests.replay.cast import make_segmented, scorecard_of


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    """One night of four tenants under the first version."""
    made = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    made.night(MONDAY)
    yield made
    made.store.close()


def test_the_page_says_what_is_in_force_for_whom_and_how_many(service):
    html = page(visit(service), "/scorecards")
    assert '<a class="row-link" href="/scorecards/small/1">small v1</a>' in html
    assert "All tenants" in html
    assert "Login activity <b>60%</b>, Support tickets <b>40%</b>" in html
    assert "the first version" in html
    assert "first run" in html


def test_versions_say_who_when_why_and_what_changed(service, tmp_path):
    publish(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    html = page(visit(service), "/scorecards")
    newest = html.partition("All versions")[2].partition("</tr>")[2]
    assert newest.index("small v2") < newest.index("small v1")
    assert "small, login: weight 60% → 30%" in newest
    assert "small, tickets: curve (0, 100), (10, 0) → (0, 90), (4, 50), (20, 5)" in newest
    assert "2026-03-10 12:00 UTC" in newest


def test_a_set_of_scorecards_is_shown_in_its_order(tmp_path):
    service = make_segmented(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    service.app.tenant("anna", industry="MINING")
    service.night(MONDAY)
    html = page(visit(service), "/scorecards")
    assert html.index("mining v1") < html.index("small v1")
    assert "Industry Mining" in html
    assert "the first that applies to a tenant scores it" in html
    service.store.close()


def test_a_publication_under_way_is_said(service, tmp_path):
    run = ask(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)), note="<b>tickets</b>")
    html = page(visit(service), "/scorecards")
    assert f'<a href="/runs/{run.id}">See how far it is</a>' in html
    assert "never was" in html
    assert "&lt;b&gt;tickets&lt;/b&gt;" in html
    assert "<b>tickets" not in html


def test_before_the_first_run_the_configured_scorecards_are_shown(tmp_path):
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")
    assert "small v1" in page(visit(service), "/scorecards")
    assert page(visit(service), "/scorecards/small/1")


def test_a_version_shows_its_components_curves_and_rules(service):
    html = page(visit(service), "/scorecards/small/1")
    assert "active users / total users" in html
    assert 'aria-label="Curve of Support tickets: 0 scores 100, 10 or more scores 0"' in html
    assert '<polyline class="line" points="0,5 0,5 85,55 100,55"/>' in html
    assert "Critical whatever the score where active users is 0." in html
    assert "In force" in html


def test_a_version_that_is_not_in_force_says_so(service, tmp_path):
    publish(service, ScorecardSet((scorecard_of(OTHER, tmp_path),)))
    assert "Not in force" in page(visit(service), "/scorecards/small/1")


def test_a_version_is_downloaded_as_a_scorecard_file(service):
    answer = visit(service).get("/scorecards/small/1.toml")
    assert answer.headers["content-disposition"] == 'attachment; filename="small-v1.toml"'
    assert answer.headers["content-type"].startswith("application/toml")
    card = Scorecard.model_validate(tomllib.loads(answer.text))
    assert card == in_force(service).versions[0].scorecard
    assert answer.text.splitlines()[0] == 'name = "small"'


@pytest.mark.parametrize(
    "path", ["small/9", "other/1", "small/0", "small/x", "%00/1", "small/9.toml", "x" * 99 + "/1"]
)
def test_versions_that_are_not_there_are_pages_that_say_so(service, path):
    answer = visit(service).get(f"/scorecards/{path}")
    assert answer.status_code in {404, 422}
    assert "<h1>" in answer.text


def test_only_an_admin_is_shown_the_way_to_the_editor(service):
    for path in ("/scorecards", "/scorecards/small/1"):
        assert "/scorecards/edit" not in page(visit(service, "csm"), path)
        assert "/scorecards/edit" in page(visit(service, "admin"), path)


def test_names_of_components_are_escaped(tmp_path):
    odd = SCORECARD.replace('"Login activity"', "'<i>login</i>'")
    service = make_service(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", scorecard=odd)
    service.night(MONDAY)
    for path in ("/scorecards", "/scorecards/small/1", "/scorecards/edit"):
        html = page(visit(service, "admin"), path)
        assert "<i>" not in html
        assert "&lt;i&gt;login&lt;/i&gt;" in html
