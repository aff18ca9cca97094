"""Bodies that no client would send, made by hand: refused in words, on the whole API's hardest endpoint."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import Api, open_api
from tests.cast import MONDAY, SCORECARD, make_service

DRAFT = json.dumps(tomllib.loads(SCORECARD))
BODIES = {
    "half a pair": f'{{"scorecards": [{DRAFT}]}}'.replace("Login activity", r"Log\ud800in"),
    "half a pair as key": r'{"scorecards": [{"\ud800": 1}]}',
    "nul": r'{"scorecards": [{"name": "\u0000"}]}',
    "no number": '{"scorecards": [{"min_confidence": NaN, "max_age_days": 1e999}]}',
    "long number": '{"scorecards": [{"max_age_days": ' + "9" * 5000 + "}]}",
    "open lists": "[" * 100_000,
    "deep lists": '{"scorecards": ' + "[" * 5000 + "]" * 5000 + "}",
    "deep value": '{"scorecards": [{"components": ' + "[" * 900 + "]" * 900 + "}]}",
    "not utf-8": b'{"scorecards": [{"name": "\xff"}]}',
    "utf-16": f'{{"scorecards": [{DRAFT}]}}'.replace("Login", "\udc00").encode("utf-16", "surrogatepass"),
    "nothing": "",
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("bodies")
    service = make_service(folder, f"sqlite:///{folder / 'store.db'}")
    service.night(MONDAY)
    yield open_api(service)
    service.store.close()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("path", ["validate", "preview", ""])
def test_a_body_that_makes_no_sense_is_refused_in_words(api: Api, path: str, body: str | bytes) -> None:
    headers = {"Authorization": f"Bearer {api.keys['admin']}", "If-Match": '"1"'}
    address = f"/api/v1/internal/client-health/scorecards/{path}".rstrip("/")
    answer = api.client.post(address, content=body, headers=headers | {"Content-Type": "application/json"})
    told = answer.json()
    if answer.status_code == 200:
        assert (told["valid"], path) == (False, "validate")
        assert told["errors"]
    else:
        assert answer.status_code in {400, 422}
        assert told["detail"]
