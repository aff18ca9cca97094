"""How a problem is told."""

from client_health.usage.problems import error, notice


def test_a_problem_names_query_tenant_and_column() -> None:
    assert str(error("NULL", "usage.login", "acme", "logins")) == (
        "usage.login, tenant acme, column logins: NULL"
    )
    assert str(notice("left out", "usage.login")) == "usage.login: left out"
    assert str(error("too bad")) == "too bad"
