"""Daily tables in partitions by month, on PostgreSQL.

Revision ID: 0006
Revises: 0005
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from client_health.store import partitions

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in partitions.DAILY:
            _replace(connection, table, "partition by range (day)")


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in partitions.DAILY:
            _replace(connection, table, "")


def _replace(connection: sa.Connection, table: str, how: str) -> None:
    """Make the table anew and move its rows. Until the end, which drops the old one, both are there."""
    old = f"{table}_before"
    op.execute(f"alter table {table} rename to {old}")
    op.execute(f"alter table {old} rename constraint pk_{table} to pk_{old}")
    op.execute(f"create table {table} (like {old} including defaults) {how}")
    op.execute(f"alter table {table} add constraint pk_{table} primary key ({_key(connection, old)})")
    first, last = connection.execute(sa.text(f"select min(day), max(day) from {old}")).one()  # noqa: S608
    if how and first is not None:
        _make_partitions(connection, table, first, last)
    moved = connection.execute(sa.text(f"insert into {table} select * from {old}")).rowcount  # noqa: S608
    there = connection.scalar(sa.text(f"select count(*) from {old}"))  # noqa: S608
    if moved != there:
        raise RuntimeError(f"{table}: {moved} of {there} rows were moved")
    op.execute(f"drop table {old}")


def _make_partitions(connection: sa.Connection, table: str, first: date, last: date) -> None:
    for month in partitions.months(first, last):
        name = partitions.name_of(table, month)
        op.execute(f"create table {name} (like {table} including all)")
        partitions.attach(connection, table, name, month)


def _key(connection: sa.Connection, table: str) -> str:
    return ", ".join(sa.inspect(connection).get_pk_constraint(table)["constrained_columns"])
