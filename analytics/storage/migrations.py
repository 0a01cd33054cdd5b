"""Migrations: a database of an earlier version, or of another register, becomes today's.

First the steps of `STEPS` that the file has not had: what the engine calls otherwise, or keeps in
another way, than it did. Then each table is compared with the register. What can be followed
without losing or inventing anything is: a new table, a new column that may be empty or is a
number, a column that the register says was `formerly` called otherwise, other options. The rest
is said, as it takes a decision. All of it happens in the caller's transaction, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    column,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as sql_table
from sqlalchemy.exc import IntegrityError

from analytics.storage import catalog
from analytics.storage.counters_by_number import numbers_for_names
from analytics.storage.gone_dimensions import forget_dimensions
from analytics.storage.postgresql_parts import put_together
from analytics.storage.unusable import lost
from policy import Fault, Register

__all__ = ["STEPS", "columns_of", "follow", "lost_of"]

Step = Callable[[Connection], None]
REGISTER = "site/policy.toml"


def _field_names(connection: Connection) -> None:
    """0.2: the names that the field uses."""
    if catalog.columns(connection, "removals"):
        connection.execute(text("ALTER TABLE removals RENAME TO retention_runs"))
    for table, old, new in (
        ("submissions", "doubt", "suspected_spam"),
        ("access_log", "ground", "legal_basis"),
        ("outbox", "ground", "legal_basis"),
        ("outbox", "ground_row", "legal_basis_row"),
    ):
        if old in catalog.columns(connection, table):
            connection.execute(text(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))
    # A message that could not be sent was not set aside yet: all of them wait.
    if "legal_basis" in catalog.columns(connection, "outbox") and (
        "state" not in catalog.columns(connection, "outbox")
    ):
        added = "ALTER TABLE outbox ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting'"
        connection.execute(text(added))


def _continued_where_visits_began(connection: Connection) -> None:
    """0.2: that a visit went on was counted in the hour of its second page. Where more went on than
    began, it began in an hour before: in the latest with room. What finds none went on twice."""
    if "continued" not in catalog.columns(connection, "counters"):
        return
    too_many = text(
        "SELECT hour, dimension, cell, continued - visits AS more FROM counters"
        " WHERE continued > visits ORDER BY hour"
    )
    before = text(
        "SELECT hour, visits - continued FROM counters WHERE dimension = :dimension"
        " AND cell = :cell AND hour BETWEEN :hour - 24 AND :hour - 1 AND visits > continued"
        " ORDER BY hour DESC"
    )
    move = text(
        "UPDATE counters SET continued = continued + :by"
        " WHERE hour = :hour AND dimension = :dimension AND cell = :cell"
    )
    for row in connection.execute(too_many).mappings().all():
        key, more = {name: row[name] for name in ("hour", "dimension", "cell")}, row["more"]
        connection.execute(move, key | {"by": -more})
        for hour, room in connection.execute(before, key).all():
            by = min(room, more)
            connection.execute(move, key | {"hour": hour, "by": by})
            more -= by


STEPS: Mapping[str, tuple[Step, ...]] = {
    "counters": (_continued_where_visits_began, numbers_for_names),
    "records": (_field_names,),
}
"""Each database's steps, oldest first. A file's number of steps is in its header; never change a
step that was released, add one."""


ON_SERVERS: Mapping[str, int] = {"counters": 2, "records": 1}
"""How many steps the tables of the first version had that kept them on a server."""

WITH_DECLARATIONS: Mapping[str, tuple[str, ...]] = {"counters": ("experiments",), "records": ()}
"""By database: the tables that features declare only while a site declares something."""


def follow(  # noqa: PLR0913, PLR0917  (what a database is compared with)
    connection: Connection,
    database: str,
    register: Register,
    tables: MetaData,
    file: str,
    known: Mapping[str, frozenset[str]],
) -> list[Fault]:
    """Bring the database to what `tables` declares; a fault for each thing that cannot be, and for
    what is `known` to have been there and is lost.

    Foreign keys must not be enforced meanwhile. Where there are faults, the caller rolls back.
    """
    steps, live = STEPS[database], catalog.shapes(connection)
    had = catalog.version(connection, ON_SERVERS[database]) if live else 0
    if had > len(steps):
        message = f"{file} was written by a later version of Plainsite"
        return [Fault(file, None, message, "run that version, or restore an earlier backup")]
    if live:
        for step in steps[had:]:
            step(connection)
    _drop_what_went(connection, database, tables)
    forget_dimensions(connection, tables)
    faults = [*_strangers(connection, tables, file)]
    missing = lost_of(columns_of(connection), database, register, tables, known)
    if missing:
        return [*faults, *(lost(file, name) for name in missing)]
    for table in tables.sorted_tables:
        faults += _follow_table(connection, database, register, table, file)
    if had != len(steps) or not live:
        catalog.write_version(connection, len(steps))
    return faults


def lost_of(
    found: Mapping[str, frozenset[str]],
    database: str,
    register: Register,
    tables: MetaData,
    known: Mapping[str, frozenset[str]],
) -> tuple[str, ...]:
    """What the register declares, and what is `known` to have been there and is not among the
    columns of each table that were `found`: a table, or a column as `table.column`."""
    missing = []
    for table in tables.sorted_tables:
        if table.name in known and table.name not in found:
            missing.append(table.name)
        elif table.name in found:
            before, now = known.get(table.name, frozenset()), found[table.name]
            for each in register.table(database, table.name).columns:
                names = {each.name, each.formerly or each.name}
                if names & before and not names & now:
                    missing.append(f"{table.name}.{each.name}")
    return tuple(missing)


def columns_of(connection: Connection) -> dict[str, frozenset[str]]:
    """The columns of each table."""
    found = catalog.shapes(connection)
    return {table: frozenset(catalog.columns(connection, table)) for table in found}


def _drop_what_went(connection: Connection, database: str, tables: MetaData) -> None:
    """A table goes with the declaration of the site that it is of, as the register then says."""
    for name in WITH_DECLARATIONS[database]:
        if name not in tables.tables and name in catalog.shapes(connection):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')


def _strangers(connection: Connection, tables: MetaData, file: str) -> Iterator[Fault]:
    """Whatever is no table of the register: it may hold, or copy, what visitors sent."""
    for kind, name in catalog.others(connection):
        if kind == "table" and name in tables.tables:
            continue
        article = "an" if kind == "index" else "a"
        message = f'{file} has {article} {kind} "{name}" that is not declared'
        drop = f"DROP {kind.upper()} {catalog.named(connection, name)}"
        hint = "declare it, or delete it" if kind == "table" else "delete it"
        yield Fault(REGISTER, None, message, f"{hint}: {catalog.mend(connection, file, drop)}")


def _follow_table(
    connection: Connection, database: str, register: Register, table: Table, file: str
) -> list[Fault]:
    wanted = catalog.declared(connection, table)
    statement = catalog.shapes(connection).get(table.name)
    if statement is None:
        connection.exec_driver_sql(wanted)
        catalog.note(connection, table.name, wanted, len(STEPS[database]))
        return []
    if _shape(statement) == _shape(wanted):
        return []
    declared = register.table(database, table.name)
    formerly = {each.name: each.formerly for each in declared.columns if each.formerly}
    found = catalog.columns(connection, table.name)
    source = {
        name: name if name in found else formerly.get(name, "")
        for name in [column.name for column in table.columns]
    }
    faults = [
        *_undeclared(connection, table, found, source, file),
        *_lacking(connection, table, source, file),
    ]
    faults = faults or _rebuild(connection, table, source, file)
    if not faults:
        catalog.note(connection, table.name, wanted, len(STEPS[database]))
    return faults


def _shape(statement: str) -> str:
    """What a statement declares, whatever its spaces, and however the table's name is quoted."""
    return re.sub(r"\s+", "", statement[statement.find("(") :])


def _undeclared(
    connection: Connection,
    table: Table,
    found: list[str],
    source: Mapping[str, str],
    file: str,
) -> Iterator[Fault]:
    for name in sorted(set(found) - set(source.values())):
        message = f'{file} has a column "{name}" in "{table.name}" that is not declared'
        drop = f'ALTER TABLE {catalog.named(connection, table.name)} DROP COLUMN "{name}"'
        hint = (
            f'declare it again, or say that a column was formerly = "{name}", '
            f"or delete what it holds: {catalog.mend(connection, file, drop)}"
        )
        yield Fault(REGISTER, None, message, hint)


def _lacking(
    connection: Connection, table: Table, source: Mapping[str, str], file: str
) -> Iterator[Fault]:
    """What a row that is there would need a value for, and nobody knows which."""
    if connection.execute(select(literal(1)).select_from(table).limit(1)).first() is None:
        return
    found = set(catalog.columns(connection, table.name))
    for each in table.columns:
        if source[each.name] not in found and not (each.nullable or _adds_up(each)):
            message = f'{file} has rows without the column "{each.name}" in "{table.name}"'
            hint = "declare it as optional = true, or say what it was formerly called"
            yield Fault(REGISTER, None, message, hint)


def _adds_up(measure: Column[object]) -> bool:
    """Whether nought is the true value of a row that was never counted in it."""
    return isinstance(measure.type, BigInteger) and not measure.primary_key


def _rebuild(
    connection: Connection, table: Table, source: Mapping[str, str], file: str
) -> list[Fault]:
    """Make the table anew as declared, with its rows. https://www.sqlite.org/lang_altertable.html"""
    put_together(connection, table.name)
    found = set(catalog.columns(connection, table.name))
    values: list[ColumnElement[Any]] = [
        column(source[each.name])
        if source[each.name] in found
        else literal_column("NULL" if each.nullable else "0")
        for each in table.columns
    ]
    new = f"new_{table.name}"
    wanted = catalog.declared(connection, table)
    connection.exec_driver_sql(f'CREATE TABLE "{new}" {wanted[wanted.index("(") :]}')
    key: list[ColumnElement[Any]] = [column(source[each.name]) for each in table.primary_key]
    rows = select(*values).select_from(sql_table(table.name)).order_by(*key)
    names = [each.name for each in table.columns]
    try:
        with connection.begin_nested():
            connection.execute(insert(sql_table(new, *map(column, names))).from_select(names, rows))
    except IntegrityError as error:
        message = f'{file} has rows in "{table.name}" that the register does not allow'
        hint = f"{catalog.reason(error)}: declare what they hold, or change them by hand"
        return [Fault(REGISTER, None, message, hint)]
    held = catalog.referring(connection, table.name)
    for name, key_name, _ in held:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DROP CONSTRAINT "{key_name}"')
    connection.exec_driver_sql(f'DROP TABLE "{table.name}"')
    connection.exec_driver_sql(f'ALTER TABLE "{new}" RENAME TO "{table.name}"')
    for name, key_name, says in held:
        of = table.name if name == new else name
        connection.exec_driver_sql(f'ALTER TABLE "{of}" ADD CONSTRAINT "{key_name}" {says}')
    return []
