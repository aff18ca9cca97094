"""A stored score taken apart says what was scored."""

import numpy as np

from client_health.scorecard.breakdown import breakdown
from tests.scorecard.cast import ABANDONED, BUILTIN, MIDDLING, QUIET, score, without


def told(measures, **more):
    scores = score(measures, **more)
    vector, letters = scores.components.scores[:, 0], scores.components.letters()[0]
    return {one.component.key: one for one in breakdown(BUILTIN, vector, letters)}, float(scores.overall[0])


def test_points_sum_to_the_score_and_every_part_is_measured():
    parts, overall = told(MIDDLING)
    assert round(sum(one.points for one in parts.values())) == overall
    assert {(one.state, one.freshness) for one in parts.values()} == {("measured", "fresh")}
    assert parts["login"].score == 71


def test_a_missing_part_has_no_score_and_no_points():
    parts, _ = told(without(MIDDLING, "support_tickets"))
    missing = parts["support_tickets"]
    assert (missing.score, missing.points, missing.state, missing.freshness) == (
        None,
        None,
        "missing",
        "missing",
    )


def test_empty_silent_and_stale_are_told_apart():
    parts, _ = told(QUIET, stale={"support_tickets": [2.0]})
    assert parts["case_resolution"].state == "empty"
    assert (parts["support_tickets"].state, parts["support_tickets"].freshness) == ("measured", "stale")
    parts, _ = told(ABANDONED)
    assert (parts["case_resolution"].state, parts["case_resolution"].score) == ("left_out_silent", None)


def test_vectors_that_are_read_only_are_fine():
    scores = score(MIDDLING)
    vector = np.frombuffer(scores.components.scores[:, 0].tobytes())
    assert len(breakdown(BUILTIN, vector, scores.components.letters()[0])) == 5
