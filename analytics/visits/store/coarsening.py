"""What has ended becomes coarser: hours a day, rare days a week or a month, months what is kept.

Each step is one transaction that takes rows from one place and puts them in another, so a service
that is killed between two loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.model import LISTED, MEASURES
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import TABLES
from analytics.visits.store.closing import (
    ACROSS,
    AT_LAST,
    Cell,
    Cells,
    Facts,
    facts_of,
    remove,
    take,
    told_of,
)
from analytics.visits.store.closing_rows import (
    WHOLE,
    Closing,
    of_day,
    of_month,
    sizes_of,
    visits_of,
)
from analytics.visits.store.distinct import values_of_each
from analytics.visits.store.ended import oldest_running
from analytics.visits.store.ordering import Group, write_anew
from analytics.visits.store.planning import told_of_all
from analytics.visits.store.writing import COUNTERS, RARE, RUNNING, add
from analytics.visits.store.zones import Zones

__all__ = ["Coarsening"]

ROWS_A_STEP = 2_000
"""A step ends with the tables that make it so many: hits wait for some milliseconds at most."""

TOGETHER = (*(group.tables for group in ACROSS), AT_LAST)
"""Tables of which none is closed without the others."""


@dataclass(frozen=True, slots=True)
class Due:
    """A day or a month that has ended: its tables, by those that are closed together, and whether
    it had so many visits that anything of it is told."""

    step: str
    first: int
    closing: Closing
    tables: list[list[int]]
    is_enough: bool


class Coarsening:
    """Makes what has ended coarser. What was counted under `least` times is told apart no more."""

    def __init__(self, calendar: Calendar, least: int) -> None:
        self._calendar = calendar
        self._least = least
        self._zones = Zones(calendar, WHOLE)
        self._planned: list[tuple[Facts, dict[int, Collection[Cell]]]] = []
        self._sized: tuple[str, int] | None = None
        self._sizes: dict[int, int] = {}

    def facts(self, connection: Connection, now: int) -> list[Facts]:
        """What decides of the next step that is due at the hour `now`."""
        running = self._running(now)
        due = self._day(connection, running)
        if due is None and not self._gathers(connection, running):
            due = self._month(connection, running)
        return self._facts_of_step(connection, due) if due and due.is_enough else []

    def plan(self, facts: Sequence[Facts]) -> None:
        """Decide what will be told, while nobody waits for the database."""
        self._planned = [*zip(facts, told_of_all(facts, self._least), strict=True)]

    def _running(self, now: int) -> int:
        # A visit that began yesterday may go on today, and yesterday can be struck out by hours.
        return self._calendar.day(self._calendar.day(now) - 1)

    def step(self, connection: Connection, now: int) -> bool:
        """Take one step of what is due at the hour `now`; whether anything was."""
        running = self._running(now)
        return (
            self._zones.step(connection)
            or self._end(connection, self._day(connection, running))
            or self._end_week(connection, running)
            or self._end_weeks(connection, running)
            or self._end(connection, self._month(connection, running))
        )

    def _end(self, connection: Connection, due: Due | None) -> bool:
        if due and due.is_enough:
            found = self._facts_of_step(connection, due)
            remove(connection, due.closing, {pair for facts in found for pair in facts.rows})
            for facts in found:
                self._close(connection, due, facts)
        elif due:
            done, left = 0, [*due.tables]
            while left and done < ROWS_A_STEP:
                done += self._end_rare_day(connection, due.closing, due.first, left.pop(0))
        return due is not None

    def _facts_of_step(self, connection: Connection, due: Due) -> list[Facts]:
        """Those of so many tables that they make a step, by their sizes, of which a server that is
        far away is asked once. What is counted meanwhile makes a step longer, and nothing else."""
        tables = {pair for of in due.tables for pair in of}
        if self._sized != (due.step, due.first) or not tables <= self._sizes.keys():
            self._sizes = sizes_of(connection, due.closing, tables)
            self._sized = due.step, due.first
        parts: list[list[int]] = []
        rows = 0
        for part in due.tables:
            if rows >= ROWS_A_STEP:
                break
            parts.append(part)
            rows += sum(self._sizes[pair] for pair in part)
        return facts_of(connection, due.closing, parts)

    def _day(self, connection: Connection, running: int) -> Due | None:
        hour = oldest_running(connection, "hour")
        if hour is None or hour >= running:
            return None
        hours = range(self._calendar.day(hour), self._calendar.after_day(hour))
        closing = of_day(hours, self._least)
        tables = _together(_left(connection, hours))
        return Due("day", hours.start, closing, tables, closing.is_enough(connection))

    def _month(self, connection: Connection, running: int) -> Due | None:
        month = self._oldest_month(connection, running)
        if month is None:
            return None
        closing = of_month(range(month, self._calendar.after_month(month)), self._least)
        tables = _together({*_pairs(connection, closing.taken)})
        return Due("month", month, closing, tables, is_enough=True) if tables else None

    def _oldest_month(self, connection: Connection, running: int) -> int | None:
        found = [oldest_running(connection, step) for step in ("weeks", "month", "hidden")]
        month = min((each for each in found if each is not None), default=None)
        ended = month is not None and self._calendar.after_month(month) <= running
        return month if ended else None

    def _gathers(self, connection: Connection, running: int) -> bool:
        """Whether a week is still to be added to the month that would close: what is told of that
        would be decided for nothing."""
        week = oldest_running(connection, "week")
        if week is not None and self._calendar.after_week(week) <= running:
            return True
        month = self._oldest_month(connection, running)
        return month is not None and bool(_pairs(connection, f"step = 'weeks' AND first = {month}"))

    def _end_rare_day(
        self, connection: Connection, closing: Closing, day: int, tables: Collection[int]
    ) -> int:
        """Add a day that had few visits to its week; how many rows that were."""
        done = 0
        for pair, rows in take(connection, closing, tables).items():
            self._move(connection, "week", self._calendar.week(day), pair, rows)
            done += len(rows)
        return done

    def _close(self, connection: Connection, due: Due, facts: Facts) -> None:
        """Keep what can be told apart of some tables, of what was taken out of them."""
        # Rarely is it decided here, while hits wait: where something was counted since.
        planned = next((told for each, told in self._planned if each == facts), None)
        all_told = told_of(facts, self._least) if planned is None else planned
        for pair, rows in facts.rows.items():
            told = all_told[pair]
            add(
                connection,
                COUNTERS,
                [(pair, due.step, due.first, *cell, *rows[cell]) for cell in sorted(told)],
            )
            rest = {cell: amounts for cell, amounts in rows.items() if cell not in told}
            self._count_rare(connection, due.step, due.first, pair, rest)
            if due.step == "day":
                self._move_rest(connection, self._calendar.month(due.first), pair, rest)

    def _move_rest(self, connection: Connection, month: int, pair: int, rest: Cells) -> None:
        """Add what a day folded to its month. What is folded to hide others stays so."""
        at = MEASURES.index(TABLES[pair].count)
        is_pair = TABLES[pair].other is not None
        hiding = {cell for cell in rest if is_pair and rest[cell][at] >= self._least}
        small = {cell: amounts for cell, amounts in rest.items() if cell not in hiding}
        self._move(connection, "month", month, pair, small)
        self._move(connection, "hidden", month, pair, {cell: rest[cell] for cell in hiding})

    def _end_week(self, connection: Connection, running: int) -> bool:
        week = oldest_running(connection, "week")
        if week is None or self._calendar.after_week(week) > running:
            return False
        where, month = f"step = 'week' AND first = {week}", self._calendar.month(week)
        is_enough = visits_of(connection, where) >= self._least
        pairs = _pairs(connection, where)
        for pair, rows in take(connection, Closing(where, self._least), pairs).items():
            if is_enough:
                self._count_rare(connection, "week", week, pair, rows)
            self._move(connection, "month" if is_enough else "weeks", month, pair, rows)
        return True

    def _end_weeks(self, connection: Connection, running: int) -> bool:
        month = self._oldest_month(connection, running)
        where = f"step = 'weeks' AND first = {month}"
        pairs = [] if month is None else _pairs(connection, where)
        if month is None or not pairs:
            return False
        is_enough = visits_of(connection, where) >= self._least
        for pair, rows in take(connection, Closing(where, self._least), pairs).items():
            if is_enough:  # Else the totals of the site are all that stays.
                self._move(connection, "month", month, pair, rows)
        return True

    def _count_rare(
        self, connection: Connection, step: str, first: int, pair: int, rows: Cells
    ) -> None:
        table = TABLES[pair]
        if table.other is None and not LISTED[table.one].joins:
            at = MEASURES.index(table.count)
            add(
                connection,
                RARE,
                [
                    (pair, step, first, value, amounts[at])
                    for (value, _), amounts in sorted(rows.items())
                    if amounts[at]
                ],
            )

    def _move(self, connection: Connection, step: str, first: int, pair: int, rows: Cells) -> None:
        if not rows:
            return
        add(connection, RUNNING, [(step, first, pair, *cell, *rows[cell]) for cell in sorted(rows)])
        # Else the file would tell which of its cells the last day added to.
        write_anew(connection, Group("running", RUNNING.key[:3], (step, first, pair)))


def _together(left: set[int]) -> list[list[int]]:
    """Some tables, by those that are closed together, in the order in which they are."""
    found = (sorted(left.intersection(tables)) for tables in TOGETHER)
    return [tables for tables in found if tables]


def _left(connection: Connection, hours: range) -> set[int]:
    """The tables that some hours have rows of."""
    return values_of_each(connection, "pair", "running", [_hour(each) for each in hours])


def _hour(first: int) -> str:
    return f"step = 'hour' AND first = {first}"


def _pairs(connection: Connection, where: str) -> list[int]:
    query = f"SELECT DISTINCT pair FROM running WHERE {where} ORDER BY pair"
    return [*connection.exec_driver_sql(query).scalars()]
