"""Transactions on ClickHouse, as Python's database API has them (https://peps.python.org/pep-0249/),
as far as SQLAlchemy and the store use it.

A transaction that writes is one INSERT, of the differences to what there was. It holds the only
place in which anybody writes from its first change on (`clickhouse_client`), and what it has not
written yet is sent beside each of its questions, so that it reads what it wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from analytics.storage.clickhouse_changes import Change, Written, change_of, filled
from analytics.storage.clickhouse_client import Busy, Session, errors
from analytics.storage.clickhouse_errors import (
    OF_A_STATEMENT,
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from analytics.storage.clickhouse_layout import CELLS, Layout, Place
from analytics.storage.clickhouse_pending import Asked, Pending, Row, row_of, summed
from analytics.storage.clickhouse_selects import select_of
from analytics.storage.clickhouse_words import NotWritten, Value, Words, literal, words_of

__all__ = [
    "LOCK",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
]

apilevel, threadsafety, paramstyle = "2.0", 1, "qmark"

LOCK = "LOCK"
"""The statement by which a transaction becomes the only one that writes."""

Statement = Sequence[Value]
BLOCKS = (
    "SELECT {0} FROM system.parts WHERE active AND database = currentDatabase()"
    f" AND table = '{CELLS}'"
)
NEWEST = BLOCKS.format("max(max_block_number)")
MIXED = BLOCKS.format("count()") + " AND min_block_number <= {0} AND max_block_number > {0}"


class Connection:
    """With the tables of a `layout`."""

    def __init__(self, session: Session, layout: Layout) -> None:
        self.session, self.layout = session, layout
        self.is_lost = False
        self._forget()
        self._cells = CELLS

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self)

    @property
    def has_changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self._pending.rows)

    def wait_for_turn(self, table: str) -> None:
        """Have nobody write until this is closed. `table` is one that holds nothing."""
        self._do(lambda: self.session.begin(table))

    def lock(self) -> None:
        """Be the only one who writes until the transaction ends."""
        if not self.session.is_writing:
            self._do(lambda: self.session.begin(CELLS, self.layout.columns))

    def _forget(self) -> None:
        self._pending = Pending()
        self._until: int | None = None

    def see_one_moment(self) -> None:
        """Have all further questions of this transaction see what was there now."""
        ((self._until,),), _ = self.ask(NEWEST)

    def saw_one_moment(self) -> bool:
        """Whether they could: not where the server merged rows of before with later ones."""
        if self._until is None or self.session.is_writing:
            return True
        ((mixed,),), _ = self.ask(MIXED.format(self._until))
        return not mixed

    @contextmanager
    def seeing(self, cells: str) -> Iterator[None]:
        """Have all questions see another table of the same form."""
        self._cells = cells
        try:
            yield
        finally:
            self._cells = CELLS

    def commit(self) -> None:
        """Write what was changed."""
        pending = self._pending
        self._forget()
        if not self.session.is_writing:
            return
        rows = summed(self.layout, pending)
        self._do(lambda: self.session.end(rows))

    def rollback(self) -> None:
        """Write nothing."""
        self._forget()
        self.session.give_up()

    def close(self) -> None:
        """End it."""
        self.session.close()

    def select(self, words: Words) -> Any:
        """What a question that is put in words answers."""
        asked = Asked(self.layout, self._pending.rows, self._until, self._cells)
        return self.ask(select_of(words, asked), asked.beside)

    def ask(self, statement: str, beside: Mapping[str, Any] | None = None) -> Any:
        """What the server answers, in its own words."""
        return self._do(lambda: self.session.ask(statement, beside))

    def ask_patiently(self, statement: str) -> Any:
        """As `ask`, of what may take the time that writing all anew takes."""
        return self._do(lambda: self.session.ask_patiently(statement))

    def _do(self, ask: Any) -> Any:
        try:
            return ask()
        except Busy:
            raise OperationalError("others write") from None
        except errors().ServerException as error:
            kind = ProgrammingError if error.code in OF_A_STATEMENT else OperationalError
            raise kind("the server refused it", error.code) from error
        except UnicodeError as error:
            raise DataError("a text that is no Unicode") from error
        except (errors().Error, OSError, EOFError) as error:
            self.is_lost = True
            self._forget()
            self.session.close()
            raise OperationalError("the server does not answer") from error

    def put(
        self, table: str, columns: Sequence[str], rows: Sequence[Statement], *, adds: bool
    ) -> None:
        """Put rows into a table, or add them to those that are there."""
        self.lock()
        place = self._place(table)
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        made = [row_of(self.layout, place, row, 0 if adds else 1) for row in named]
        if not adds:
            self._check_new(place, made)
        self._pending.rows[table] += made

    def _check_new(self, place: Place, rows: Sequence[Sequence[Any]]) -> None:
        """Raise IntegrityError where one of them is there already, or comes twice."""
        at = [self.layout.at[place.columns[name]] for name in place.primary]
        keys = {tuple(row[each] for each in at) for row in rows}
        put = self._pending.put[place.table]
        is_twice = len(keys) < len(rows) or not put.isdisjoint(keys)
        if is_twice or self._is_there(place, keys):
            raise IntegrityError(f"a row of {place.table} is there already")
        put |= keys

    def _is_there(self, place: Place, keys: Collection[Row]) -> bool:
        if place.table in self._pending.empty:
            return False
        # What was put in this transaction is known; only what it took away must be seen beside.
        pending = self._pending.rows if place.table in self._pending.changed else {}
        asked = Asked(self.layout, pending, None)
        found = f"SELECT count(*) FROM {place.table}"
        if place.table not in self._pending.changed and not self._counted(found, asked):
            self._pending.empty.add(place.table)
            return False
        listed = ", ".join(f"({', '.join(map(literal, key))})" for key in keys)
        return self._counted(f"{found} WHERE ({', '.join(place.primary)}) IN ({listed})", asked) > 0

    def _counted(self, query: str, asked: Asked) -> int:
        ((number,),), _ = self.ask(select_of(words_of(query), asked), asked.beside)
        return int(number)

    def change(self, change: Change) -> int:
        """Take rows away, or put others in their place; how many."""
        self.lock()
        place = self._place(change.table)
        names = [*place.columns]
        asked = Asked(self.layout, self._pending.rows, None)
        sets = [" ".join(words) for words in change.sets.values()]
        told = ", ".join([*(f'"{name}"' for name in names), "there", *sets])
        where = ["WHERE", *change.where] if change.where else []
        query = select_of(
            [*words_of(f"SELECT {told} FROM {change.table}"), *where], asked, whole=True
        )
        rows, _ = self.ask(query, asked.beside)
        self._pending.changed.add(change.table)
        self._pending.put.pop(change.table, None)
        for row in rows:
            before = dict(zip(names, row, strict=False))
            gone = {name: -value if name in place.sums else value for name, value in before.items()}
            self._pending.rows[change.table].append(
                row_of(self.layout, place, gone, -row[len(names)])
            )
            if change.sets:
                now = before | dict(zip(change.sets, row[len(names) + 1 :], strict=True))
                self._pending.rows[change.table].append(
                    row_of(self.layout, place, now, row[len(names)])
                )
        return len(rows)

    def _place(self, table: str) -> Place:
        try:
            return self.layout.places[table]
        except KeyError:
            raise ProgrammingError(f"there is no table {table}") from None


class Cursor:
    """Of a connection."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self._rows: list[Row] = []

    def execute(self, statement: str, values: Statement = ()) -> None:
        """Carry out a statement."""
        self.executemany(statement, [values])

    def executemany(self, statement: str, many: Sequence[Statement]) -> None:
        """Carry out a statement for each of some values."""
        self.description, self._rows, self.rowcount = None, [], -1
        if statement == LOCK:
            self.connection.lock()
            return
        try:
            written = change_of(words_of(statement))
        except NotWritten as error:
            raise ProgrammingError(str(error)) from None
        if isinstance(written, Written):
            self._write(written, many)
        elif isinstance(written, Change):
            made = (change_of(words_of(statement, values)) for values in many)
            self.rowcount = sum(
                self.connection.change(each) for each in made if isinstance(each, Change)
            )
        else:
            for values in many:
                self._rows, columns = self.connection.select(words_of(statement, values))
                self.description = [(name, *[None] * 6) for name, _ in columns]

    def _write(self, written: Written, many: Sequence[Statement]) -> None:
        place = self.connection._place(written.table)
        columns = written.columns or [*place.columns]
        rows = [filled(written.values, values) for values in many]
        self.connection.put(written.table, columns, rows, adds=written.adds)
        self.rowcount = len(rows)

    def fetchone(self) -> Row | None:
        """The next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Some rows."""
        part, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return part

    def fetchall(self) -> list[Row]:
        """All that are left."""
        part, self._rows = self._rows, []
        return part

    def setinputsizes(self, *_sizes: object) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
