"""What can be said of a query without asking the database: one statement, reads only, its columns."""

import sqlglot
from sqlglot import expressions

from client_health.sources.statement import scoped

_DIALECTS = {"postgresql": "postgres", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}
_WRITES = (
    expressions.Insert,
    expressions.Update,
    expressions.Delete,
    expressions.Merge,
    expressions.Create,
    expressions.Drop,
    expressions.Alter,
    expressions.Command,
    expressions.Into,
)


def lint(sql: str, backend: str) -> list[str]:
    """Sentences on what is wrong with a query; empty where nothing is, or where it cannot be parsed."""
    try:
        statements = [
            tree for tree in sqlglot.parse(scoped(sql, None), dialect=_DIALECTS.get(backend)) if tree
        ]
    except sqlglot.errors.SqlglotError:
        return []
    if len(statements) != 1:
        return [f"holds {len(statements)} statements; one SELECT is allowed"]
    found = []
    if any(statements[0].find(kind) for kind in _WRITES):
        found.append("writes; only a SELECT is allowed")
    columns = returned_columns(statements[0])
    if columns and "*" not in columns and "tenant_id" not in columns:
        found.append(f"returns no column tenant_id; it returns {', '.join(columns)}")
    return found


def columns_compared(sql: str, backend: str) -> list[tuple[str, str]]:
    """(table, column) pairs of a query that are compared with a bind; empty where that cannot be told."""
    try:
        tree = sqlglot.parse_one(scoped(sql, None), dialect=_DIALECTS.get(backend))
    except sqlglot.errors.SqlglotError:
        return []
    tables = {table.alias_or_name: table.name for table in tree.find_all(expressions.Table)}
    found = []
    for bind in tree.find_all(expressions.Placeholder):
        comparison = bind.parent
        for column in comparison.find_all(expressions.Column) if comparison is not None else ():
            candidates = [tables[column.table]] if column.table in tables else list(tables.values())
            found += [(table, column.name) for table in candidates]
    return list(dict.fromkeys(found))


def returned_columns(tree: expressions.Expr) -> list[str]:
    """Names of the columns that a SELECT returns, as far as they can be told."""
    return [str(name) for name in tree.named_selects] if isinstance(tree, expressions.Query) else []
