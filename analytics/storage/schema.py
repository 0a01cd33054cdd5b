"""The databases' tables, made from the register: a column that is not declared cannot exist."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, MetaData, Table, Text

from policy import register as declared

__all__ = ["metadata"]

_TYPES = {
    "text": Text,
    "integer": BigInteger,
    "date": Date,
    "hour": BigInteger,
    "second": BigInteger,
}


class _This:
    """A register, told apart from others by being itself: comparing two reads all of both."""

    def __init__(self, register: declared.Register) -> None:
        self.register = register

    def __hash__(self) -> int:
        return id(self.register)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and other.register is self.register


def metadata(register: declared.Register, database: str) -> MetaData:
    """The tables of one database, "counters" or "records"; made once for each register.

    SQLite keeps them without row numbers, so the order of rows is that of their keys and tells
    nothing about the order in which they came.
    """
    return _made(_This(register), database)


@lru_cache(maxsize=8)
def _made(this: _This, database: str) -> MetaData:
    tables = MetaData()
    for table in this.register.tables:
        if table.database == database:
            Table(
                table.name,
                tables,
                *(_column(table, column) for column in table.columns),
                *(_only(column) for column in table.columns if column.options),
                sqlite_with_rowid=False,
            )
    return tables


def _column(table: declared.Table, column: declared.Column) -> Column[object]:
    foreign = [ForeignKey(column.refers)] if column.refers else []
    return Column(
        column.name,
        _TYPES[column.type](),
        *foreign,
        primary_key=column.name in table.key,
        autoincrement=False,  # A number that a database counts up tells an order.
        nullable=column.optional,
        unique=column.unique or None,
        info={"options": frozenset(column.options)} if column.options else None,
    )


def _only(column: declared.Column) -> CheckConstraint:
    options = ", ".join("'{}'".format(option.replace("'", "''")) for option in column.options)
    return CheckConstraint(f'"{column.name}" IN ({options})')
