"""A usage query as its author wrote it, made ready for one dialect: binds and tenant ranges.

Only `:as_of`, `:window_start` and `:day_start` are binds. Literals, comments, casts and a bare `%` reach
the database untouched, so a query that works in the database's own shell works here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from client_health.errors import SourceError, UnusableAnswerError

PLACEHOLDER = "{tenants}"
_TOKEN = re.compile(
    r"""
      (?P<opaque> (?<!\w)[eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*`
                | (?P<comment> --[^\n]* | /\*.*?\*/ ) | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | :: )
    | :(?P<bind> as_of | window_start | day_start | first_tenant | last_tenant )\b
    | (?P<placeholder> \{tenants\} )
    | (?P<percent> % )
    """,
    re.VERBOSE | re.DOTALL,
)
_FIRST_WORD = re.compile(r"(?:\s|\(|--[^\n]*|/\*.*?\*/)*(?P<word>\w*)", re.DOTALL)
_READS = frozenset({"select", "with", "values", "table", "from"})  # DuckDB's queries may begin with `from`
_EXPECTS_PREDICATE = re.compile(r"(?:\b(?:where|and|or|on|not|when|having)|\()\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class TenantRange:
    """An inclusive range of tenant ids, in the order of the database that sorted them."""

    first: Any
    last: Any


def require_select(sql: str) -> None:
    """Refuse what is no query before it is sent: `copy … to program` would do its work before it failed."""
    found = _FIRST_WORD.match(sql)
    word = found["word"] if found else ""
    if word.lower() not in _READS:
        shown = f"begins with {word[:40]}" if word else "holds no statement"
        raise UnusableAnswerError(f"{shown}; only a SELECT (or WITH, VALUES, TABLE) is sent")


def at_most(sql: str, rows: int, backend: str) -> str:
    """The query with an end to its rows, where the server would else make all of them ready."""
    if backend != "postgresql":
        return sql
    return f"select * from (\n{sql}\n) as answer_rows limit {rows}"  # noqa: S608 - the author's own SQL


def bare(sql: str) -> str:
    """The query without a semicolon at its end, with or without a comment after it."""
    text = sql.strip()
    tail = [match for match in _TOKEN.finditer(text) if match["comment"]]
    end = len(text)
    while True:
        stripped = text[:end].rstrip()
        if tail and tail[-1].end() == len(stripped):
            end = tail.pop().start()
        elif stripped.endswith(";"):
            return bare(stripped[:-1])
        else:
            return text


def scoped(sql: str, scope: TenantRange | None) -> str:
    """The query limited to a range of tenants; `{tenants}` is where the author wants the filter."""
    text = bare(sql)
    if any(match["placeholder"] for match in _TOKEN.finditer(text)):
        return _fill_placeholders(text, scope)
    if scope is None:
        return text
    return (
        f"select * from (\n{text}\n) as usage_rows "  # noqa: S608 - the author's own SQL
        "where tenant_id between :first_tenant and :last_tenant"
    )


def _fill_placeholders(text: str, scope: TenantRange | None) -> str:
    parts, end = [], 0
    for match in _TOKEN.finditer(text):
        if not match["placeholder"]:
            continue
        parts.append(text[end : match.start()])
        parts.append(_filter(text, match.start(), scope))
        end = match.end()
    return "".join([*parts, text[end:]])


def _filter(text: str, position: int, scope: TenantRange | None) -> str:
    """`organization_id {tenants}` and a bare `{tenants}` are both understood."""
    bare = _EXPECTS_PREDICATE.search(text[:position])
    if scope is None:
        return "1 = 1" if bare else "is not null"
    limits = "between :first_tenant and :last_tenant"
    return f"({_key_expression(text)} {limits})" if bare else limits


def _key_expression(text: str) -> str:
    """The expression that the query returns as `tenant_id`."""
    import sqlglot
    from sqlglot import expressions

    try:
        tree = sqlglot.parse_one(text.replace(PLACEHOLDER, "1 = 1"))
    except sqlglot.errors.SqlglotError:
        tree = None
    select = tree.find(expressions.Select) if tree is not None else None
    for projection in select.expressions if select is not None else []:
        if projection.alias_or_name == "tenant_id":
            return str(projection.unalias().sql())
    raise SourceError("cannot tell which column a bare {tenants} filters; write it as `column {tenants}`")


def render(sql: str, values: Mapping[str, Any], paramstyle: str) -> tuple[str, Any]:
    """The statement and its parameters in a driver's paramstyle (PEP 249)."""
    order: list[str] = []

    def replace(match: re.Match[str]) -> str:
        text = match[0]
        if name := match["bind"]:
            order.append(name)
            return _marker(name, len(order), paramstyle)
        return text.replace("%", "%%") if paramstyle in {"format", "pyformat"} else text

    statement = _TOKEN.sub(replace, sql)
    if paramstyle in {"pyformat", "named"}:
        return statement, {name: values[name] for name in order}
    return statement, tuple(values[name] for name in order)


def _marker(name: str, position: int, paramstyle: str) -> str:
    markers = {
        "pyformat": f"%({name})s",
        "format": "%s",
        "named": f":{name}",
        "qmark": "?",
        "numeric": f":{position}",
        "numeric_dollar": f"${position}",
    }
    return markers[paramstyle]
