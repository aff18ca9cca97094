"""What docs/scorecards.md shows of a draft is what the product says of it."""

import doctest
import re
from functools import partial

import pytest

from client_health.cli.weights import normalise
from client_health.errors import ConfigError
from client_health.scorecard.differences import differences
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import builtin_scorecard, load_scorecard_file
from tests.docs import drafts, health
from tests.docs.pages import blocks

THEN = {
    "active_users": 26, "total_users": 52, "cases_on_time": 20, "cases_with_verdict": 31,
    "assignments_completed": 69, "assignments_due": 128, "features_in_use": 6, "features_tracked": 14,
    "support_tickets": 6,
}  # fmt: skip
NOW = THEN | {
    "active_users": 25, "cases_on_time": 19, "cases_with_verdict": 30,
    "assignments_completed": 70, "assignments_due": 129, "support_tickets": 13,
}  # fmt: skip


@pytest.fixture
def draft(tmp_path) -> Scorecard:
    path = drafts.edited(tmp_path)
    normalise(path)
    return load_scorecard_file(path)


def test_the_file_on_the_page_is_the_built_in_scorecard(tmp_path):
    path = tmp_path / "scorecard.toml"
    path.write_text(drafts.block_named(drafts.PAGE, "toml", "# scorecard.toml"), "utf-8")
    assert load_scorecard_file(path) == builtin_scorecard()


def test_the_edit_is_refused_in_the_words_of_the_page(tmp_path):
    with pytest.raises(ConfigError) as refused:
        load_scorecard_file(drafts.edited(tmp_path))
    said = str(refused.value).replace(f"{tmp_path}/", "")
    assert drafts.console("scorecard validate") == [f"error: {said}"]


def test_the_differences_are_those_of_the_page(draft):
    found = differences(ScorecardSet((builtin_scorecard(),)), ScorecardSet((draft,)))
    assert drafts.console("scorecard diff") == [f"  {one}" for one in found]


def test_the_examples_show_what_the_product_computes(draft, tmp_path):
    words = {
        "score": health.score,
        "draft": draft,
        "scored_by": partial(drafts.scored_by, drafts.segments(tmp_path)),
    }
    text = "\n".join(block + "\n" for block in blocks(drafts.PAGE, "python"))
    test = doctest.DocTestParser().get_doctest(text, words, "scorecards.md", str(drafts.PAGE), 0)
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert not result.failed, "".join(told)
    assert result.attempted > 5


@pytest.mark.parametrize("view", ["", " --view reported"])
def test_the_explanations_are_computed_anew(view, draft, capsys):
    name, *lines = drafts.console(f"explain org_0034{view}")
    shown = {float(line.split()[0].replace("−", "-")) for line in lines}
    health.explained(THEN, NOW, then_under=builtin_scorecard() if view else draft, now_under=draft)
    computed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert int(re.findall(r"\((.*)\)", name)[0].replace("−", "-")) == int(computed.pop("change"))
    told = {float(points) for points in computed.values()}
    assert shown <= told | {0.0}
    assert not view or told <= shown
