"""Rows of SQLite written anew in the order of their keys.

SQLite puts a new row beside the one that came before it, so the bytes of a page tell which rows
were added to together (https://www.sqlite.org/fileformat2.html#b_tree_pages). Few rows are written
anew in the transaction that changed them. Many would cost more than the change, and wait for the
register's window: the more there are, the more visits are among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

from sqlalchemy import Connection

__all__ = ["FEW", "Group", "Ordering"]

FEW = 1_500
"""Rows that are written anew at each commit: 2 ms."""

AT_ONCE = 500
"""A statement of SQLite answers with 2,000 columns at most."""


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """The rows of `table` that begin with `key`, the values of its first columns."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str | int, ...]

    @property
    def where(self) -> str:
        """The condition that they meet."""
        return " AND ".join(f"{column} = ?" for column in self.columns)


class Ordering:
    """What was changed and is still to be written anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: set[Group] = set()

    @property
    def waits(self) -> bool:
        """Whether anything is to be written anew."""
        return bool(self._waiting)

    def changed(self, connection: Connection, groups: Iterable[Group]) -> None:
        """Write the small ones anew; note the others."""
        if connection.dialect.name != "sqlite":
            return  # `postgresql_order` writes whole tables anew.
        found = sorted(groups)
        small = []
        for group, rows in zip(found, _rows(connection, found), strict=True):
            if rows <= FEW:
                small.append(group)
            else:
                self.add(group)
        _write_all_anew(connection, small)

    def add(self, group: Group) -> None:
        """Note one that is to be written anew."""
        with self._lock:
            self._waiting.add(group)

    def take(self) -> list[Group]:
        """Those that wait. None does any more."""
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        return sorted(waiting)


def _rows(connection: Connection, groups: Sequence[Group]) -> Iterator[int]:
    """How many each has, as far as one more than FEW; asked of many with one statement."""
    limited = "(SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}))"
    for at in range(0, len(groups), AT_ONCE):
        some = groups[at : at + AT_ONCE]
        each = (limited.format(group.table, group.where, FEW + 1) for group in some)
        values = tuple(value for group in some for value in group.key)
        yield from connection.exec_driver_sql(f"SELECT {', '.join(each)}", values).one()


def write_anew(connection: Connection, group: Group) -> None:
    """Delete the rows, and insert them in the order of their keys, in the same transaction."""
    if connection.dialect.name != "sqlite":
        return  # As above.
    _write_all_anew(connection, [group])


def _write_all_anew(connection: Connection, groups: Sequence[Group]) -> None:
    """Those of several groups, in their order; with a few statements for all that are alike."""
    for (table, where), alike in groupby(groups, lambda group: (group.table, group.where)):
        keys = [group.key for group in alike]
        anew = f"CREATE TEMPORARY TABLE IF NOT EXISTS anew_{table} AS SELECT * FROM {table} LIMIT 0"
        connection.exec_driver_sql(anew)
        # By the prefix of the key, so they are read in its order.
        chosen = f"INSERT INTO anew_{table} SELECT * FROM {table} WHERE {where}"
        connection.exec_driver_sql(chosen, keys)
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {where}", keys)
        back = f"INSERT INTO {table} SELECT * FROM anew_{table} ORDER BY rowid"
        connection.exec_driver_sql(back)
        connection.exec_driver_sql(f"DELETE FROM anew_{table}")
