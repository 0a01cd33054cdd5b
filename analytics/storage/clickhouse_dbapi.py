"""Transactions on ClickHouse, as Python's database API has them (https://peps.python.org/pep-0249/),
as far as SQLAlchemy and the store use it.

A transaction that writes is one INSERT, of the differences to what there was. It holds the only
place in which anybody writes from its first change on (`clickhouse_client`), and what it has not
written yet is sent beside each of its questions, so that it reads what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from analytics.storage import clickhouse_settling as settling
from analytics.storage.clickhouse_changes import Change
from analytics.storage.clickhouse_client import Busy, Session, errors
from analytics.storage.clickhouse_cursor import LOCK, Cursor, Statement
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
from analytics.storage.clickhouse_layout import Layout, Place
from analytics.storage.clickhouse_moments import TRIES, Moment
from analytics.storage.clickhouse_pending import Asked, Pending, Row, row_of, summed
from analytics.storage.clickhouse_selects import select_of
from analytics.storage.clickhouse_words import Words, literal, words_of

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

Done = TypeVar("Done")


class Connection:
    """With the tables of a `layout`, on as many servers as it has: the first is asked, and written
    to, by a session of its own."""

    def __init__(self, sessions: Sequence[Session], layout: Layout) -> None:
        self.sessions, self.layout = sessions, layout
        self.session = sessions[0]
        self.is_lost = False
        self._forget()
        self._cells = layout.whole
        self._taken: int | None = None

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self)

    @property
    def cells(self) -> str:
        """The table that all questions see."""
        return self._cells

    @property
    def has_changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self._pending.rows)

    def lock(self) -> None:
        """Be the only one who writes until the transaction ends."""
        if self.session.is_writing:
            return
        self.do(lambda: self.session.begin(self.layout.cells, self.layout.columns))
        if self.layout.servers > 1:
            self._batch = self.settle() + 1

    def settle(self) -> int:
        """Have all rows of batches that are closed where they belong; the last of these. While
        nobody else writes, none is closed."""
        for _ in range(TRIES):
            found, _ = self.ask(settling.marks_in(self.layout.whole))
            marks = dict(found)
            last = settling.last_of(marks)
            if settling.is_settled(marks, self.layout.servers):
                return last
            for at in range(1, self.layout.servers):
                self._settle(at, settling.take(self.layout, at + 1, last))
            self._settle(0, settling.give_away(self.layout, last))
        raise OperationalError("the servers do not agree")

    def _settle(self, at: int, statement: str) -> None:
        self.do(lambda: self.sessions[at].settle(statement), at)

    def close_batch(self) -> None:
        """Have all rows that wait on the first server go where they belong."""
        self.lock()
        ((waiting,),), _ = self.ask(settling.waiting(self.layout))
        if not waiting:
            self.rollback()
            return
        row = settling.closing_row(self.layout)
        self._forget()
        self.do(lambda: self.session.end([row]))
        self.settle()

    def _forget(self) -> None:
        self._pending, self._batch = Pending(), 0
        self._moment: Moment | None = None

    def see_one_moment(self) -> None:
        """Have all further questions of this transaction see what was there now."""
        self._moment = Moment.now(self.layout, self.session.database, self.ask)

    def saw_one_moment(self) -> bool:
        """Whether they could."""
        if self._moment is None or self.session.is_writing:
            return True
        return self._moment.was_seen(self.ask)

    @contextmanager
    def seeing(self, cells: str) -> Iterator[None]:
        """Have all questions see another table of the same form."""
        self._cells = cells
        try:
            yield
        finally:
            self._cells = self.layout.whole

    def commit(self) -> None:
        """Write what was changed."""
        pending, batch = self._pending, self._batch
        self._forget()
        if not self.session.is_writing:
            return
        rows = summed(self.layout, pending, batch)
        self.do(lambda: self.session.end(rows))

    def rollback(self) -> None:
        """Write nothing."""
        self._forget()
        self.session.give_up()

    def close(self) -> None:
        """End it."""
        for each in self.sessions:
            each.close()

    def select(self, words: Words) -> Any:
        """What a question that is put in words answers. Of several servers, it sees one moment by
        itself: none has taken rows since it was seen last that they had taken as many."""
        is_safe = self.session.is_writing or self._cells != self.layout.whole
        if self.layout.servers == 1 or self._moment is not None or is_safe:
            return self._answer(words)
        for _ in range(TRIES):
            before, answer = self._taken, self._answer(words)
            found, _ = self.ask(settling.marks_in(self.layout.whole))
            self._taken = settling.taken_by_all(dict(found), self.layout.servers)
            if before is not None and before == self._taken:
                return answer
        self.lock()
        return self._answer(words)

    def _answer(self, words: Words) -> Any:
        moment = self._moment.condition if self._moment else ""
        asked = Asked(self.layout, self._pending.rows, moment, self._cells)
        return self.ask(select_of(words, asked), asked.beside)

    def ask(self, statement: str, beside: Mapping[str, Any] | None = None) -> Any:
        """What the server answers, in its own words."""
        return self.do(lambda: self.session.ask(statement, beside))

    def ask_at(self, at: int, statement: str) -> Any:
        """As `ask`, of the one at a place of the address."""
        return self.do(lambda: self.sessions[at].ask(statement), at)

    def do(self, ask: Callable[[], Done], at: int = 0) -> Done:
        """What is asked of a server by its session, with the errors of this interface."""
        try:
            return ask()
        except Busy:
            raise OperationalError("others write", at=at) from None
        except errors().ServerException as error:
            kind = ProgrammingError if error.code in OF_A_STATEMENT else OperationalError
            raise kind("the server refused it", error.code, at) from error
        except UnicodeError as error:
            raise DataError("a text that is no Unicode") from error
        except (errors().Error, OSError, EOFError) as error:
            self.is_lost = True
            self._forget()
            self.close()
            raise OperationalError("the server does not answer", at=at) from error

    def put(
        self, table: str, columns: Sequence[str], rows: Sequence[Statement], *, adds: bool
    ) -> None:
        """Put rows into a table, or add them to those that are there."""
        self.lock()
        place = self.place(table)
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
        asked = Asked(self.layout, pending)
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
        place = self.place(change.table)
        names = [*place.columns]
        asked = Asked(self.layout, self._pending.rows)
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

    def place(self, table: str) -> Place:
        """Where a declared table stands. Raises ProgrammingError."""
        try:
            return self.layout.places[table]
        except KeyError:
            raise ProgrammingError(f"there is no table {table}") from None
