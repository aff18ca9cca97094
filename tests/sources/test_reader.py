"""Reading politely: pauses, attempts, ranges of tenants."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from client_health.errors import RunCancelledError, SourceError, SourceUnreachableError, UnusableAnswerError
from client_health.settings import SourceSettings
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience, SourceReader
from client_health.sources.rows import Rows
from client_health.sources.statement import TenantRange
from tests.sources.application import Clockless, plain, reader_on

AS_OF = {"as_of": datetime(2026, 3, 1, tzinfo=UTC)}
ANSWER = Rows.of(("tenant_id", "logins"), [("acme", 1)], 0.5)
PER_TENANT = "select organization_id as tenant_id, count(*) as logins from users group by organization_id"


class Moody:
    """A session that gives these answers one after the other, and notes what it was asked."""

    name, backend = "default", "sqlite"

    def __init__(self, *answers: Rows | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Mapping[str, Any]] = []

    def is_busy(self) -> bool:
        return False

    def fetch(self, sql: str, values: Mapping[str, Any]) -> Rows:
        self.asked.append(values)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reader(session: Moody, pace: Pace, attempts: int = 3, **settings: Any) -> SourceReader:
    options = SourceSettings(url="sqlite://", **settings)
    return SourceReader(session, options, pace, Patience(attempts, 10.0))  # type: ignore[arg-type]


@pytest.fixture
def pace() -> Clockless:
    return Clockless()


def test_a_good_answer_takes_one_attempt_and_no_rest(pace: Clockless) -> None:
    assert reader(Moody(ANSWER), pace).read("select 1", {}) == (ANSWER, 1)
    assert pace.slept == []


@pytest.mark.parametrize(
    "sql", ["with old as (select 1) delete from users", "select 1 as tenant_id; drop table users"]
)
def test_where_the_database_would_write_nothing_that_writes_is_sent(pace: Clockless, sql: str) -> None:
    session = Moody(ANSWER)
    session.backend = "mysql"
    with pytest.raises(UnusableAnswerError, match="SELECT is allowed"):
        reader(session, pace).read(sql, {})
    assert session.asked == []
    assert reader(session, pace).read(PER_TENANT, {}) == (ANSWER, 1)


def test_a_failing_statement_is_tried_again_after_waits_that_double(pace: Clockless) -> None:
    session = Moody(SourceError("busy"), SourceError("busy"), ANSWER)
    assert reader(session, pace, pause_ms=0).read("select 1", {}) == (ANSWER, 3)
    assert [rest for rest in pace.slept if rest] == [10.0, 20.0]


def test_the_last_failure_is_told(pace: Clockless) -> None:
    session = Moody(SourceError("first"), SourceError("second"), ANSWER)
    with pytest.raises(SourceError, match="second"):
        reader(session, pace, attempts=2).read("select 1", {})
    assert len(session.answers) == 1


def test_an_answer_that_is_not_accepted_is_a_failed_attempt(pace: Clockless) -> None:
    session = Moody(Rows.of(("tenant_id",), [], 0.1), ANSWER)

    def refuse_nothing(rows: Rows) -> None:
        if not len(rows):
            raise SourceError("empty")

    assert reader(session, pace).read("select 1", {}, accept=refuse_nothing) == (ANSWER, 2)


def test_there_is_a_pause_between_statements_and_none_before_the_first(pace: Clockless) -> None:
    source = reader(Moody(ANSWER, ANSWER, ANSWER), pace, pause_ms=100)
    for _ in range(3):
        source.read("select 1", {})
    assert pace.slept == [0.1, 0.1]


def test_there_is_a_pause_between_ranges_too(pace: Clockless) -> None:
    ranges = [TenantRange("a", "b"), TenantRange("c", "d")]
    rows, _ = reader(Moody(ANSWER, ANSWER), pace, pause_ms=250).read("select 1", {}, ranges)
    assert pace.slept == [0.25]
    assert (len(rows), rows.seconds) == (2, 1.0)


def test_each_range_is_bound(pace: Clockless) -> None:
    session = Moody(ANSWER, ANSWER)
    reader(session, pace).read("select 1", AS_OF, [TenantRange(1, 2), None])
    assert session.asked == [{**AS_OF, "first_tenant": 1, "last_tenant": 2}, AS_OF]


def test_a_source_that_is_down_is_not_tried_again(pace: Clockless) -> None:
    session = Moody(*[SourceUnreachableError("cannot connect: refused")] * 3)
    source = reader(session, pace)
    for _ in range(3):
        with pytest.raises(SourceUnreachableError, match="cannot connect: refused"):
            source.read("select 1", {})
    assert len(session.asked) == 3


def test_a_source_that_only_refuses_a_query_is_asked_the_next_one(pace: Clockless) -> None:
    source = reader(Moody(SourceError("no such table"), ANSWER), pace, attempts=1)
    with pytest.raises(SourceError):
        source.read("select 1", {})
    assert source.read("select 2", {}) == (ANSWER, 1)


def test_a_cancelled_run_asks_nothing_more() -> None:
    def cancelled() -> None:
        raise RunCancelledError("cancelled")

    session = Moody(ANSWER)
    with pytest.raises(RunCancelledError):
        reader(session, Clockless(cancelled)).read("select 1", {})
    assert session.asked == []


def test_a_cancelled_run_does_not_wait_for_its_next_attempt() -> None:
    calls = iter([None, RunCancelledError("cancelled")])

    def check() -> None:
        if fault := next(calls):
            raise fault

    session = Moody(SourceError("busy"), ANSWER)
    with pytest.raises(RunCancelledError):
        reader(session, Clockless(check)).read("select 1", {})
    assert len(session.asked) == 1


def test_a_real_pace_wakes_up_when_told_to_stop() -> None:
    def cancelled() -> None:
        raise RunCancelledError("cancelled")

    pace = Pace(cancelled)
    with pytest.raises(RunCancelledError):
        pace.sleep(3600)
    assert pace.asleep < 1


def test_no_sleep_at_all_takes_no_time() -> None:
    pace = Pace()
    pace.sleep(0)
    assert pace.asleep < 0.1


@pytest.mark.parametrize(
    ("ids", "shards", "expected"),
    [
        ([1, 2, 3, 4], 2, [(1, 2), (3, 4)]),
        ([1, 2, 3, 4, 5], 2, [(1, 2), (3, 5)]),
        ([1, 2, 3], 3, [(1, 1), (2, 2), (3, 3)]),
        ([1, 2], 9, [(1, 1), (2, 2)]),
    ],
)
def test_ranges_share_out_all_tenants(
    pace: Clockless, ids: list[int], shards: int, expected: list[tuple[int, int]]
) -> None:
    ranges = reader(Moody(), pace, shards=shards).scopes(ids)
    assert [(each.first, each.last) for each in ranges if each] == expected


@pytest.mark.parametrize(("ids", "shards"), [([], 4), ([1], 4), ([1, 2, 3], 1)])
def test_one_range_is_no_range(pace: Clockless, ids: list[int], shards: int) -> None:
    assert reader(Moody(), pace, shards=shards).scopes(ids) == [None]


@pytest.mark.parametrize("shards", [1, 2, 4, 50])
@pytest.mark.parametrize(
    "sql",
    [
        PER_TENANT,
        "select organization_id as tenant_id, count(*) as logins from users "
        "where organization_id {tenants} group by organization_id",
        "select organization_id as tenant_id, count(*) as logins from users where {tenants} group by 1",
        PER_TENANT + "; -- every user",
    ],
    ids=["wrapped", "column and placeholder", "bare placeholder", "comment after the semicolon"],
)
def test_shards_give_the_same_rows_as_one_statement(app_url: str, sql: str, shards: int) -> None:
    source = reader_on(app_url, shards=shards, attempts=1)
    ids = [row[0] for row in source.read("select id from organizations order by id", {})[0]]
    rows, _ = source.read(sql, {}, source.scopes(ids))
    assert plain(rows) == [(1, 2), (2, 1), (3, 1), (10, 1), (20, 1)]
    source.session.close()


@pytest.mark.parametrize("shards", [1, 3, 4])
def test_shards_follow_the_databases_own_order_of_texts(app_url: str, shards: int) -> None:
    names = "select * from (values ('a'), ('B'), ('b'), ('Ä'), ('_'), ('a-1'), ('A1'), ('ä')) as t"
    sql = f"select column1 as tenant_id, 1 as n from ({names}) as names"
    source = reader_on(app_url, shards=shards)
    ids = [row[0] for row in source.read(f"{sql} order by tenant_id", {})[0]]
    rows, _ = source.read(sql, {}, source.scopes(ids))
    assert plain(rows) == plain([(each, 1) for each in ids])
    source.session.close()


@pytest.mark.parametrize("kind", ["uuid", "bigint", "numeric", "text"])
def test_ids_of_any_type_make_ranges_on_postgresql(postgres_app: str, kind: str) -> None:
    digits = "lpad(x::text, 32, '0')" if kind == "uuid" else "x::text"
    sql = f"select ({digits})::{kind} as tenant_id, 1 as n from generate_series(1, 30) x"
    source = reader_on(postgres_app, shards=4)
    keys = [row[0] for row in source.read(f"select tenant_id from ({sql}) x order by 1", {})[0]]
    rows, _ = source.read(sql, {}, source.scopes(keys))
    assert len(rows) == 30
    source.session.close()
