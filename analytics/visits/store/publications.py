"""What was published on which day, in the tables `published_pages` and `published_changes`: beside
the figures, so that a report can say which page was changed when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from analytics.visits.store.base import CounterStore

__all__ = ["LOOK", "Change", "Publications"]

LOOK = ""
"""The page that stands for what all pages share: templates, styles and scripts."""

SEEN_AGAIN = timedelta(days=30)
"""How old the day may be on which a page was last found: it is written once in that time."""


@dataclass(frozen=True, slots=True)
class Change:
    """A page (or LOOK) that was "new", "changed" or "removed" on a day."""

    day: date
    page: str
    kind: str


class Publications:
    """The two tables, in the database of `counters`."""

    def __init__(self, counters: CounterStore) -> None:
        self._counters = counters
        tables = counters.database.tables.tables
        self._pages, self._changes = tables["published_pages"], tables["published_changes"]

    def take_up(self, sources: Mapping[str, str], today: date) -> Sequence[Change]:
        """Compare what is published now with what was, and note each difference, once. `sources`
        are check sums by page, LOOK included. Raises SQLAlchemyError and StoreError.

        The first time there is nothing to compare with, so nothing is noted.
        """
        if not sources.keys() - {LOOK}:
            return []  # A site without a page is none yet, or a build that went wrong.
        with self._counters.database.engine.connect() as connection:
            if not self._is_news(connection, sources, today):
                return []

        def write(connection: Connection) -> Sequence[Change]:
            # Read again: another service may have taken up the same build since.
            known = self._known(connection)
            changes = list(_differences(known, sources, today)) if known else []
            self._write_pages(connection, known, sources, today)
            self._write(connection, changes, today)
            return changes

        return self._counters.write(write)

    def _known(self, connection: Connection) -> Mapping[str, str]:
        columns = self._pages.c
        rows = connection.execute(select(columns.page, columns.source))
        return {row.page: row.source for row in rows}

    def _is_news(self, connection: Connection, sources: Mapping[str, str], today: date) -> bool:
        """Whether anything is other than what is known, or was last found long ago."""
        oldest = connection.scalar(select(func.min(self._pages.c.seen_on)))
        return self._known(connection) != sources or today - (oldest or today) > SEEN_AGAIN

    def between(self, first: date, last: date) -> Sequence[Change]:
        """What was changed on the days from `first` to `last`, in order. Raises SQLAlchemyError."""
        columns = self._changes.c
        query = select(columns.day, columns.page, columns.kind)
        query = query.where(columns.day.between(first, last)).order_by(columns.day, columns.page)
        with self._counters.database.engine.connect() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def _write_pages(
        self,
        connection: Connection,
        known: Mapping[str, str],
        sources: Mapping[str, str],
        today: date,
    ) -> None:
        page, seen = self._pages.c.page, self._pages.c.seen_on
        other = [name for name, source in known.items() if sources.get(name) != source]
        for some in _in_parts(other):
            connection.execute(delete(self._pages).where(page.in_(some)))
        rows = [
            {"page": name, "source": source, "seen_on": today}
            for name, source in sources.items()
            if known.get(name) != source
        ]
        if rows:
            connection.execute(insert(self._pages), rows)
        old = update(self._pages).where(seen < today - SEEN_AGAIN)
        connection.execute(old.values(seen_on=today))

    def _write(self, connection: Connection, changes: Iterable[Change], today: date) -> None:
        """Note changes of a day, whatever was noted of these pages on it: one that was new and then
        edited is new; one that came and went on a day did neither."""
        columns = self._changes.c
        noted = select(columns.page, columns.kind).where(columns.day == today)
        before = {row.page: row.kind for row in connection.execute(noted)}
        now = {
            each.page: _JOINED.get((before.get(each.page, ""), each.kind), each.kind)
            for each in changes
        }
        for some in _in_parts([page for page in now if page in before]):
            gone = (columns.day == today) & columns.page.in_(some)
            connection.execute(delete(self._changes).where(gone))
        rows = [{"day": today, "page": page, "kind": kind} for page, kind in now.items() if kind]
        if rows:
            connection.execute(insert(self._changes), rows)


_JOINED = {
    ("new", "changed"): "new",
    ("new", "removed"): "",
    ("removed", "new"): "changed",
}
"""What two things that happened to a page on one day come to, where that is not the second."""

MOST_AT_ONCE = 500
"""Values in one statement: SQLite takes a thousand at least."""


def _in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), MOST_AT_ONCE):
        yield names[start : start + MOST_AT_ONCE]


def _differences(known: Mapping[str, str], now: Mapping[str, str], today: date) -> Iterable[Change]:
    for page, source in now.items():
        if known.get(page) != source:
            yield Change(today, page, "changed" if page in known else "new")
    for page in known.keys() - now.keys():
        yield Change(today, page, "removed")
