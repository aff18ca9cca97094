"""What went wrong in a run, by query and by tenant."""

from client_health.store import problems
from client_health.store.tenants import sync
from client_health.usage.problems import error, notice
from client_health.usage.tenants import Tenant


def write(store, *found, run_id="r1"):
    with store.write() as connection:
        problems.write(connection, run_id, found)


def test_problems_are_counted_by_query_with_most_errors_first(store):
    write(
        store,
        notice("left blank", "tenants", "a", "employee_count"),
        error("negative", "usage.login", "a", "active_users"),
        error("NULL", "usage.login", "b", "active_users"),
        error("no score", tenant="b"),
        notice("2 rows are of others", "usage.login"),
    )
    with store.read() as connection:
        told = problems.by_query(connection, "r1")
    assert [(one.query, one.errors, one.notices, one.tenants, one.first) for one in told] == [
        ("usage.login", 2, 1, 2, "negative"),
        (None, 1, 0, 1, "no score"),
        ("tenants", 0, 1, 1, "left blank"),
    ]


def test_problems_are_grouped_by_tenant_with_errors_first_and_names_where_known(store):
    with store.write() as connection:
        sync(connection, [Tenant("b", "b", "Ben & Co")], whole_fleet=True)
    write(
        store,
        notice("left blank", "tenants", "a", "employee_count"),
        error("NULL", "usage.login", "b", "active_users"),
        notice("left blank", "tenants", "b", "employee_count"),
        notice("of the query, and of nobody", "usage.login"),
    )
    write(store, error("of another run", "usage.login", "c"), run_id="r2")
    with store.read() as connection:
        told, total = problems.by_tenant(connection, "r1", 10)
        first, all_of_them = problems.by_tenant(connection, "r1", 1)
        none = problems.by_tenant(connection, "r3", 10)
    assert total == all_of_them == 2
    assert [(one.tenant_id, one.name, [problem.message for problem in one.problems]) for one in told] == [
        ("b", "Ben & Co", ["NULL", "left blank"]),
        ("a", None, ["left blank"]),
    ]
    assert first == told[:1]
    assert none == ([], 0)
