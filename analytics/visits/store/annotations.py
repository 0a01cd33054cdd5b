"""Notes of staff beside the figures, in the table `annotations`: what happened on a day. Whose note
it is stands in the access log alone, which is for few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from analytics.visits.store.base import CounterStore

__all__ = ["LONGEST", "MOST", "Annotation", "AnnotationError", "Annotations"]

LONGEST = 200
MOST = 1_000


class AnnotationError(ValueError):
    """A note that cannot be kept; the message is a sentence for who wrote it."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What somebody noted of a day."""

    day: date
    text: str


class Annotations:
    """The table, in the database of `counters`."""

    def __init__(self, counters: CounterStore) -> None:
        self._counters = counters
        self._table = counters.database.tables.tables["annotations"]

    def between(self, first: date, last: date) -> Sequence[Annotation]:
        """Those of the days from `first` to `last`, in order. Raises SQLAlchemyError."""
        columns = self._table.c
        query = select(columns.day, columns.text).where(columns.day.between(first, last))
        with self._counters.database.engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.day, columns.text)).all()
        return [Annotation(*row) for row in rows]

    def add(self, day: date, text: str, *, earliest: date, today: date) -> Annotation:
        """Keep a note of a day from the earliest one of which counters are kept until today. Raises
        AnnotationError for what is none, and StoreError."""
        made = Annotation(day, _checked(text))
        if day > today:
            raise AnnotationError("That day is still to come.")
        if day < earliest:
            raise AnnotationError(f"Nothing is kept from before {earliest}, and no note.")

        def write(connection: Connection) -> None:
            if (connection.scalar(select(func.count()).select_from(self._table)) or 0) >= MOST:
                raise AnnotationError(f"There are {MOST} notes, and no more are kept: remove some.")
            connection.execute(delete(self._table).where(self._is(made)))
            connection.execute(insert(self._table), {"day": made.day, "text": made.text})

        self._counters.write(write)
        return made

    def remove(self, note: Annotation) -> bool:
        """Delete a note; whether there was one. Raises StoreError."""
        gone = delete(self._table).where(self._is(note))
        return self._counters.write(lambda connection: connection.execute(gone).rowcount) > 0

    def _is(self, note: Annotation) -> ColumnElement[bool]:
        return (self._table.c.day == note.day) & (self._table.c.text == note.text)


def _checked(text: str) -> str:
    words = " ".join(text.split())
    if not words or not words.isprintable():
        raise AnnotationError("Write what happened.")
    if len(words) > LONGEST:
        raise AnnotationError(f"Write {LONGEST} characters at most.")
    return words
