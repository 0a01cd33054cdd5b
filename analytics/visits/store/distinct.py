"""Which values a column has, found without reading all rows.

SQLite and PostgreSQL step from value to value along an index, where the condition is on the columns
of it that come first (https://wiki.postgresql.org/wiki/Loose_indexscan); ClickHouse reads a column
by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

__all__ = ["values_of", "values_of_each"]

STEPPING = (
    "WITH RECURSIVE found({column}) AS (SELECT min({column}) FROM {table} WHERE {first} UNION ALL"
    " SELECT (SELECT min({column}) FROM {table} WHERE {further})"
    " FROM found WHERE found.{column} IS NOT NULL)"
    " SELECT {column} FROM found WHERE {column} IS NOT NULL"
)
READING = "SELECT DISTINCT {column} FROM {table} WHERE {first} ORDER BY {column}"


def values_of(
    connection: Connection,
    column: str,
    table: str,
    where: str = "1 = 1",
    among: tuple[int, int] | None = None,
) -> list[int]:
    """Those of the rows that meet a condition, in their order; of those `among` two, these two with
    them. The condition says nothing of the column itself. Raises SQLAlchemyError."""
    first, further = where, f"{where} AND {column} > found.{column}"
    if among:
        least, most = among
        # SQLite begins a search by one lower bound. Of two it may take the one that stays, and read
        # from there at each step.
        first = f"{where} AND {column} BETWEEN {least} AND {most}"
        further = f"{further} AND {column} <= {most}"
    query = READING if connection.dialect.name == "clickhouse" else STEPPING
    said = query.format(column=column, table=table, first=first, further=further)
    return [*connection.exec_driver_sql(said).scalars()]


def values_of_each(
    connection: Connection, column: str, table: str, conditions: Sequence[str]
) -> set[int]:
    """Those of the rows that meet one of some conditions."""
    if connection.dialect.name == "clickhouse":
        of_any = " OR ".join(f"({each})" for each in conditions)
        return {*values_of(connection, column, table, f"({of_any})")}
    found = (values_of(connection, column, table, each) for each in conditions)
    return {value for values in found for value in values}
