"""What a database says of itself: its tables as they were declared, their columns, and a version.

SQLite keeps the statement that made a table, and a number in the file's header. In PostgreSQL both
are the comment on the table, as it keeps neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

__all__ = [
    "columns",
    "declared",
    "lock",
    "mend",
    "named",
    "note",
    "others",
    "owner",
    "reason",
    "referring",
    "shapes",
    "version",
    "write_owner",
    "write_version",
]

OF_A_TABLE = """EXISTS (SELECT FROM pg_inherits JOIN pg_class AS of ON of.oid = inhparent
WHERE inhrelid = pg_class.oid AND starts_with(pg_class.relname, of.relname || '_part_'))"""
"""Whether it is a part of a table, as `postgresql_parts` makes them."""

COMMENTS = (
    """
SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT """
    + OF_A_TABLE
    + """
"""
)
COLUMNS = """
SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid =
(SELECT oid FROM pg_class WHERE relname = :table AND relkind = 'r'
AND relnamespace = current_schema()::regnamespace) ORDER BY attnum
"""
OTHERS = (
    """
SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'i' THEN 'index'
WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'foreign table' END, relname
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind <> 'c'
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)
AND NOT """
    + OF_A_TABLE
    + """ ORDER BY relname
"""
)
LOCKS = {
    "postgresql": "SELECT pg_advisory_xact_lock(hashtext('plainsite'), hashtext(current_schema()))",
    "clickhouse": "LOCK",
}
REFERRING = """
SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid WHERE contype = 'f' AND confrelid =
(SELECT oid FROM pg_class WHERE relname = :table AND relkind = 'r'
AND relnamespace = current_schema()::regnamespace) ORDER BY conname
"""


OWNED = re.compile(r"(?P<steps>(?:\d+ )?)(?:of (?P<url>https?://\S+) )?(?=CREATE )")
"""How a comment begins: with the number of steps, and the site that the table is of."""


def declared(connection: Connection, table: Table) -> str:
    """The statement that makes a table; written once for each kind of database."""
    key = f"declared in {connection.dialect.name}"
    if key not in table.info:
        table.info[key] = _declared(connection, table)
    return str(table.info[key])


def _declared(connection: Connection, table: Table) -> str:
    compiled = str(CreateTable(table).compile(connection))
    # A dialect writes percent signs for a driver that would read one as the place of a value.
    is_formatted = connection.dialect.paramstyle in ("format", "pyformat")
    return compiled.replace("%%", "%") if is_formatted else compiled


def referring(connection: Connection, table: str) -> list[tuple[str, str, str]]:
    """The foreign keys that hold a table: of which table, their names, and what they say. None in
    SQLite, which goes by a table's name and does not enforce them while tables change."""
    if _is_sqlite(connection):
        return []
    return [(*row,) for row in connection.execute(text(REFERRING), {"table": table})]


def shapes(connection: Connection) -> dict[str, str]:
    """By table: the statement that declared it."""
    if _is_sqlite(connection):
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        found = connection.exec_driver_sql(query)
        return {row.name: row.sql for row in found if not row.name.startswith("sqlite_")}
    return {row[0]: row[1] for row in connection.exec_driver_sql(COMMENTS)}


def columns(connection: Connection, table: str) -> list[str]:
    """The names of a table's columns, in their order; none where there is no table."""
    query = "SELECT name FROM pragma_table_info(:table)" if _is_sqlite(connection) else COLUMNS
    return list(connection.execute(text(query), {"table": table}).scalars())


def others(connection: Connection) -> Iterator[tuple[str, str]]:
    """Kind and name of all that somebody made, tables too."""
    query = "SELECT type, name FROM sqlite_master ORDER BY name"
    for kind, name in connection.exec_driver_sql(query if _is_sqlite(connection) else OTHERS):
        if not (_is_sqlite(connection) and name.startswith("sqlite_")):
            yield kind, name


def lock(connection: Connection) -> None:
    """Be the only one who writes, or makes tables, until the transaction ends. SQLite's has begun
    so."""
    if statement := LOCKS.get(connection.dialect.name):
        connection.exec_driver_sql(statement)


def reason(error: IntegrityError) -> str:
    """What a row is against, without the row."""
    told = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return str(told or error.orig)


def version(connection: Connection, on_servers: int) -> int:
    """How many steps of the migrations it has had; `on_servers` for a server that does not say."""
    if _is_sqlite(connection):
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    found = (comment.partition(" ")[0] for comment in shapes(connection).values())
    return max((int(each) for each in found if each.isdigit()), default=0) or on_servers


def write_version(connection: Connection, steps: int) -> None:
    """Say that it has had so many."""
    if _is_sqlite(connection):
        connection.exec_driver_sql(f"PRAGMA user_version = {steps}")
        return
    for table, comment in shapes(connection).items():
        _comment(connection, table, f"{steps} {comment.partition(' ')[2]}")


def owner(connection: Connection) -> str:
    """The url of the site whose tables on a server these are; empty where they do not say."""
    found = (OWNED.match(comment) for comment in shapes(connection).values())
    return next((each["url"] for each in found if each and each["url"]), "")


def write_owner(connection: Connection, url: str) -> None:
    """Say on a server whose tables these are."""
    for table, comment in shapes(connection).items():
        found = OWNED.match(comment)
        if found and found["url"] != url:
            _comment(connection, table, f"{found['steps']}of {url} {comment[found.end() :]}")


def note(connection: Connection, table: str, statement: str, steps: int) -> None:
    """Keep the statement by which a table was made, and how many steps were done by then."""
    if not _is_sqlite(connection):
        _comment(connection, table, f"{steps} {' '.join(statement.split())}")


def named(connection: Connection, name: str) -> str:
    """What a statement calls a table or an index, so that on a server it is no other schema's,
    wherever it is typed."""
    if _is_sqlite(connection):
        return f'"{name}"'
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    return f'{schema}."{name}"'


def mend(connection: Connection, place: str, statement: str) -> str:
    """What an operator types to have a statement carried out."""
    return f"sqlite3 {place} '{statement}'" if _is_sqlite(connection) else f"{statement} in psql"


def _comment(connection: Connection, table: str, comment: str) -> None:
    quoted = comment.replace("'", "''")
    connection.exec_driver_sql(f"COMMENT ON TABLE \"{table}\" IS '{quoted}'")


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
