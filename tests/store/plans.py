"""The plans of the statements that the program really makes, asked for at the moment when they run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from client_health.store import raw_rows
from client_health.store.engine import Store
from client_health.store.partitions import DAILY

CHANGES = ("create", "drop", "alter", "copy", "explain", "declare", "set", "lock", "pragma", "begin")


@dataclass(frozen=True)
class Plan:
    """A statement: the partitions of daily tables that it reads, and those it reads from end to end."""

    statement: str
    months: frozenset[str]
    scanned: frozenset[str]


@contextmanager
def watched(store: Store, monkeypatch: Any) -> Iterator[list[Plan]]:
    """Note the plan of every statement over the daily tables."""
    plans: list[Plan] = []

    def note(driver: Any, statement: str, values: Any) -> None:
        if any(table in statement for table in DAILY) and not statement.lower().lstrip().startswith(CHANGES):
            plans.append(_plan(store.dialect, driver, statement, values))

    def before(connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many:
            note(connection.connection.dbapi_connection, statement, values)

    original = raw_rows.chunks

    def chunks(connection: sa.Connection, statement: str, *values: object) -> Any:
        driver: Any = connection.connection.dbapi_connection
        if store.dialect == "postgresql":
            text = statement.replace("vector(", "array_send(").replace("in tenants(?)", "= any(?)")
            note(driver, text.replace("?", "%s"), values)
        else:
            text = statement.replace("vector(", "(")
            text = text.replace("in tenants(?)", "in (select value from json_each(?))")
            note(driver, text, [raw_rows._sqlite_value(value) for value in values])
        return original(connection, statement, *values)

    sa.event.listen(store.engine, "before_cursor_execute", before)
    with monkeypatch.context() as patch:
        for module in ("past_scores", "usage_days", "latest_scores", "earlier"):
            patch.setattr(f"client_health.store.{module}.chunks", chunks)
        try:
            yield plans
        finally:
            sa.event.remove(store.engine, "before_cursor_execute", before)


def _plan(dialect: str, driver: Any, statement: str, values: Any) -> Plan:
    cursor = driver.cursor()
    if dialect == "sqlite":
        cursor.execute(f"explain query plan {statement}", values)
        steps = [row[3] for row in cursor.fetchall()]
        scanned = {step for step in steps if step.startswith("SCAN") and step.split()[1] in _names(statement)}
        return Plan(statement, frozenset(), frozenset(scanned))
    cursor.execute(f"explain (format json) {statement}", values)
    (found,) = cursor.fetchone()
    nodes = list(_nodes(json.loads(found) if isinstance(found, str) else found))
    read = {node["Relation Name"]: node["Node Type"] for node in nodes if "Relation Name" in node}
    months = {name: kind for name, kind in read.items() if name.startswith(DAILY) and name not in DAILY}
    scanned = {name for name, kind in months.items() if kind == "Seq Scan"}
    return Plan(statement, frozenset(months), frozenset(scanned))


def _names(statement: str) -> set[str]:
    """The daily tables of a statement and what it calls them."""
    words = statement.replace("(", " ").replace(")", " ").replace(",", " ").split()
    names = set(DAILY)
    for place, word in enumerate(words[:-2]):
        if word in DAILY:
            names |= {words[place + 1], words[place + 2] if words[place + 1].lower() == "as" else word}
    return names


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for one in tree:
            yield from _nodes(one)
    elif isinstance(tree, dict):
        if "Node Type" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)


def months(*days: date) -> set[str]:
    """The partitions that hold these dates."""
    return {f"{table}_{day:%Y_%m}" for table in DAILY for day in days}
