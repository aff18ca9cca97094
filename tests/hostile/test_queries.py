"""Usage queries that write, escape, never end, return too much or read files: refused or cut off by name."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.casework.builder import AS_OF, Casework
from tests.conftest import DIALECTS
from tests.databases import PostgresServer, casework_postgresql, casework_sqlite
from tests.docs.roles import as_role, drop_role, make_role
from tests.hostile.queries import dump, failures, night
from tests.sources.application import execute

WRITES = {
    "delete": "delete from users",
    "returning": "delete from users returning organization_id as tenant_id, 1 as a",
    "with_delete": "with gone as (delete from users returning organization_id) "
    "select organization_id as tenant_id, 1 as b from gone",
    "commit": "commit; delete from users",
    "after": "select id as tenant_id, 1 as c from organizations; delete from users",
    "closing": "select id as tenant_id, 1 as d from organizations) as x; delete from users; --",
    "create": "create table owned as select 1 as tenant_id",
    "begin": "begin",
    "comment": "/* select */ delete from users",
}
ENDLESS = {
    "many_rows": "with recursive n(x) as (select 1 union all select x + 1 from n) "
    "select x as tenant_id, 1 as e from n",
    "long_sum": "with recursive n(x) as (select 1 union all select x + 1 from n) "
    "select 'acme' as tenant_id, sum(x) as f from n",
}
POSTGRESQL = {
    "into": "select id as tenant_id, 1 as g into owned from organizations",
    "read_write": "set transaction read write",
    "default": "set default_transaction_read_only = off",
    "setting": "select set_config('transaction_read_only', 'off', true) as tenant_id, 1 as h",
    "do": "do $$ begin delete from users; end $$",
    "nested": "/* /* */ select */ copy (select 1) to program 'touch {file}'",
    "program": "copy (select 1) to program 'touch {file}'",
    "copy": "copy users to '{file}'",
    "function": "select 'acme' as tenant_id, burn() as i",
    "large_object": "select 'acme' as tenant_id, lo_import('/etc/passwd') as j",
    "new_object": "select 'acme' as tenant_id, lo_from_bytea(0, 'x') as k",
    "next": "select 'acme' as tenant_id, nextval('numbers') as l",
    "terminate": "select 'acme' as tenant_id, pg_terminate_backend(pg_backend_pid())::int as m",
    "sleep": "select 'acme' as tenant_id, 1 as n from pg_sleep(3600)",
    "series": "select generate_series(1, 1000000000) as tenant_id, 1 as o",
    "role": "set role postgres",
}
# What a superuser may do in any session, and a role that can only SELECT may not.
FILES = {
    "file": "select 'acme' as tenant_id, length(pg_read_file('/etc/passwd')) as p",
    "folder": "select pg_ls_dir('/') as tenant_id, 1 as q",
    "passwords": "select rolname as tenant_id, length(rolpassword) as r from pg_authid",
    "columns": "select organization_id as tenant_id, count(email) as s from users group by 1",
}
SQLITE = {
    "attach": "attach database '{file}' as other",
    "vacuum": "vacuum into '{file}'",
    "pragma": "pragma query_only = off",
    "schema": "pragma writable_schema = on",
    "asked_pragma": "select name as tenant_id, 1 as g from pragma_table_info('users')",
    "extension": "select 'acme' as tenant_id, load_extension('{file}') as h",
    "read_file": "select 'acme' as tenant_id, length(readfile('/etc/passwd')) as i",
    "write_file": "select 'acme' as tenant_id, writefile('{file}', 'x') as j",
    "huge": "select hex(zeroblob(900000000)) as tenant_id, 1 as k",
}
CUT_OFF = {"many_rows": "max_rows (1,000)", "long_sum": "timeout", "sleep": "timeout", "series": "max_rows"}


@pytest.fixture(params=DIALECTS)
def application(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An application with two tenants; on PostgreSQL its user is a superuser, which is the worst case."""
    if request.param == "sqlite":
        yield filled(casework_sqlite(tmp_path / "casework.db"))
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"hostile_{uuid4().hex}"
    url = filled(casework_postgresql(server.create_database(name)))
    execute(
        url,
        "create sequence numbers; create function burn() returns int language sql as "
        "'delete from users; select 1'",
    )
    yield url
    server.drop_database(name)


def filled(url: str) -> str:
    casework = Casework(url)
    casework.tenant("acme").users(4, AS_OF - timedelta(days=3))
    casework.tenant("bolt").users(2, AS_OF - timedelta(days=3))
    casework.save()
    return url


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that nobody may write, in a folder where everybody could."""
    folder = Path("/tmp") / f"client-health-{uuid4().hex}"
    folder.mkdir()
    folder.chmod(0o777)
    yield folder / "owned"
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()


def of_dialect(url: str) -> dict[str, str]:
    return WRITES | ENDLESS | (SQLITE if url.startswith("sqlite") else POSTGRESQL)


def test_no_query_harms_the_application_nor_the_others(application: str, tmp_path: Path, file: Path) -> None:
    queries = {name: text.replace("{file}", str(file)) for name, text in of_dialect(application).items()}
    before = dump(application)
    service, run = night(tmp_path, application, queries)
    assert dump(application) == before
    assert not file.exists()
    assert set(failures(run)) == set(queries)
    assert (run.status, run.outcome, run.counts["scored"]) == ("completed", "with_errors", 2)
    assert service.score("acme").overall == 40
    told = {problem.query for problem in service.problems(run)}
    assert told == {f"usage.{name}" for name in queries}
    for name, said in CUT_OFF.items():
        if name in queries:
            assert said in failures(run)[name]


def test_a_role_that_can_only_select_cannot_read_the_servers_files_either(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    name = f"hostile_{uuid4().hex}"
    url = filled(casework_postgresql(postgres.create_database(name)))
    make_role(url)
    before = dump(url)
    _, run = night(tmp_path, as_role(url), FILES | WRITES)
    assert dump(url) == before
    assert set(failures(run)) == set(FILES | WRITES)
    assert all("permission denied" in failures(run)[name] for name in FILES)
    assert run.counts["scored"] == 2
    postgres.drop_database(name)
    drop_role(postgres)


def test_a_superuser_can_read_the_servers_files_whatever_we_do(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Kept as a test, because docs/sources.md tells people so."""
    name = f"hostile_{uuid4().hex}"
    url = filled(casework_postgresql(postgres.create_database(name)))
    _, run = night(tmp_path, url, {"file": FILES["file"]})
    assert failures(run) == {}
    postgres.drop_database(name)
