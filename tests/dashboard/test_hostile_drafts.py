"""Forms of the scorecard editor that no page of ours would send."""

import json
from collections.abc import Iterator

import pytest

from tests.cast import Service
from tests.dashboard.test_scorecard_editor import editor, said, two_nights


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Service]:
    """One service for all tests that only refuse."""
    made = two_nights(tmp_path_factory.mktemp("hostile"))
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("others", "[", 422),
        ("others", '[{"name": 5}]', 422),
        ("others", '[{"unknown": "x"}]', 422),
        ("others", '["x"]', 422),
        ("others", "[" * 50_000, 422),
        ("others", '[{"name": "\\ud800"}]', 422),
        ("others", json.dumps([{"name": "x"}] * 60), 422),
        ("place", "1", 422),
        ("place", "-1", 422),
        ("place", "x", 422),
        ("expected", "1e9", 422),
        ("expected", "²", 422),
        ("action", "drop", 422),
        ("action", "remove.7", 200),
        ("action", "card.7", 200),
        ("part.0.weight", "NaN", 200),
        ("part.0.weight", "1e400", 200),
        ("part.0.weight", "9" * 999, 200),
        ("part.0.weight", "9" * 1001, 422),
        ("part.0.curve", "0 → 0\n1e308 → 100", 200),
        ("part.0.curve", "-1e308 → 0\n1e308 → 100", 200),
        ("part.0.curve", "0 → 0\n" * 5000, 422),
        ("part.0.name", "\0\ud83d\x1b", 200),
        ("part.0.key", "\u202e", 200),
        ("part.9999.key", "late", 200),
        ("part.99999.key", "ignored", 200),
        ("part.0.unknown", "x", 422),
        ("lookback_days", "1e308", 200),
        ("employees_from", "1e30", 200),
        ("grace_days", "-0", 200),
        ("note", "\0" * 9, 200),
        ("note", "x" * 5000, 200),
        ("days", "9" * 5000, 200),
        ("segment", "\n" * 9000, 200),
    ],
)
@pytest.mark.parametrize("action", ["preview", "normalise", "publish"])
def test_hostile_forms_end_in_a_message_and_never_in_a_fault_of_ours(shared, action, field, value, status):
    form = editor(shared)
    form.fields[field] = value.encode("utf-8", "replace").decode()
    answer = form.client.post("/scorecards/draft", data={"action": action} | form.fields)
    expected = {status} | ({303} if action == "publish" and status == 200 else set())
    assert answer.status_code in expected, answer.text[-500:]


def test_ten_thousand_components_are_refused(shared):
    form = editor(shared)
    many = {f"part.{number % 10_000}.key": f"k{number}" for number in range(10_000)}
    answer = form.client.post("/scorecards/draft", data=form.fields | many | {"action": "validate"})
    assert answer.status_code == 400
    assert "Too many fields" in answer.text
    hundred = {f"part.{number}.name": f"n{number}" for number in range(100)}
    form.fields |= hundred
    assert "at most 50" in said(form.press("add")).lower()


def test_files_in_place_of_fields_are_passed_over(shared):
    form = editor(shared)
    del form.fields["note"]
    answer = form.client.post(
        "/scorecards/draft", data=form.fields | {"action": "validate"}, files={"note": ("x", b"x")}
    )
    assert answer.status_code == 200
