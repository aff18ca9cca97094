"""Every figure of docs/scoring.md, computed anew."""

import doctest
from pathlib import Path

from client_health.settings.load import builtin_scorecard
from tests.docs import health
from tests.docs.peers import peers

PAGE = Path(__file__).parents[2] / "docs" / "scoring.md"
RULES = {
    "high_below": "score below {:g}",
    "high_below_when_declining": "score below {:g} and DECLINING",
    "low_from": "score below {:g}, or DECLINING",
}


def examples() -> str:
    """The blocks of Python, one after the other; each ends with an empty line, as doctest wants."""
    blocks = PAGE.read_text("utf-8").split("```python\n")[1:]
    return "\n".join(block.partition("```")[0] + "\n" for block in blocks)


def test_the_examples_show_what_the_product_computes():
    words = {"score": health.score, "components": health.components, "risk_of": health.risk_of}
    words |= {"explained": health.explained, "reweighted": health.reweighted, "peers": peers}
    test = doctest.DocTestParser().get_doctest(examples(), words, "scoring.md", str(PAGE), 0)
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert not result.failed, "".join(told)
    assert result.attempted > 15


def test_the_table_of_risk_levels_holds_the_built_in_thresholds():
    text = PAGE.read_text("utf-8")
    for key, words in RULES.items():
        assert f"{words.format(getattr(builtin_scorecard().risk, key))} | `{key}`" in text
