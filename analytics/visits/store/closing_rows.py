"""What closes, as a condition on the rows of `running`: the hours of a day, or what a month has;
and what is read of it. Each question is about several tables, by their numbers: a server that is
far away is asked few."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.visits.model import LISTED, MEASURES
from analytics.visits.store.cells import TABLES
from analytics.visits.store.distinct import values_of

__all__ = [
    "WHOLE",
    "Cell",
    "Cells",
    "Closing",
    "counts_of",
    "hidden_of",
    "of_day",
    "of_month",
    "rows_of",
    "sizes_of",
    "sizes_until",
    "still_have",
    "told_before",
    "visits_by_value",
    "visits_of",
]

Cell = tuple[int, int]

Cells = Mapping[Cell, Sequence[int]]
"""The measures of each cell of a table."""

SUMS = ", ".join(f"sum({name})" for name in MEASURES)
COUNTS = sorted({table.count for table in TABLES.values()})

WHOLE = next(
    number
    for number, table in TABLES.items()
    if table.other is None and table.count == "visits" and LISTED[table.one].adds_up
)
"""A table whose visits add up to those of the whole site."""

NOT_STRUCK = "first NOT IN (SELECT hour FROM struck_hours)"


@dataclass(frozen=True, slots=True)
class Closing:
    """What closes: the rows of `running` that are `taken`, by a condition, of which those that meet
    `and_where` are counted. Of a `month`, from its first hour to the one after it, what was told
    of its days stands beside them. `least` is the register's.

    `open` is a condition for rows of days that have not ended, where what is taken tells of these
    days too: of a month that runs, what is counted by month alone.
    """

    taken: str
    least: int
    and_where: str = "1 = 1"
    month: range | None = None
    open: str = ""

    def is_enough(self, connection: Connection) -> bool:
        """Whether it has so many visits that anything of it is told.

        Of the rows that are folded, and not of all that was counted on the day: some may have been
        lost with a backup, or closed before the clock was set back. They go last, therefore.
        """
        return visits_of(connection, f"{self.taken} AND {self.and_where}") >= self.least


def of_day(hours: range, least: int) -> Closing:
    """That of the hours of a day. What was struck out is not told apart any more, should it be put
    back."""
    firsts = ", ".join(map(str, hours))
    return Closing(f"step = 'hour' AND first IN ({firsts})", least, NOT_STRUCK)


def of_month(month: range, least: int, *, runs: bool = False) -> Closing:
    """That of a month, from its first hour to the one after it; one that `runs` has open days."""
    taken = f"step IN ('month', 'hidden') AND first = {month.start}"
    days = f"first >= {month.start} AND first < {month.stop}"
    still = f"{days} AND (step IN ('week', 'weeks') OR (step = 'hour' AND {NOT_STRUCK}))"
    return Closing(taken, least, month=month, open=still if runs else "")


def visits_of(connection: Connection, where: str) -> int:
    """How many visits the rows of `running` have that meet a condition."""
    query = f"SELECT coalesce(sum(visits), 0) FROM running WHERE {where} AND pair = {WHOLE}"
    return int(connection.exec_driver_sql(query).scalar_one())


def sizes_of(connection: Connection, closing: Closing, tables: Collection[int]) -> dict[int, int]:
    """How many cells each of some tables has, without reading them."""
    found = connection.exec_driver_sql(
        f"SELECT pair, count(*) AS cells FROM (SELECT DISTINCT pair, value, other FROM running"
        f" WHERE {closing.taken} AND pair IN {_listed(tables)}"
        f" AND {closing.and_where}) AS found GROUP BY pair"
    )
    return dict.fromkeys(tables, 0) | {row.pair: row.cells for row in found}


def sizes_until(
    connection: Connection, closing: Closing, tables: Collection[int], most: int
) -> dict[int, int]:
    """The same where it does not matter how many more than `most` a table has: of the large ones no
    more is looked at than that."""
    parts = (
        f"SELECT {pair} AS pair, count(*) AS cells FROM (SELECT DISTINCT value, other FROM running"
        f" WHERE {closing.taken} AND pair = {pair} AND {closing.and_where} LIMIT {most}) AS found"
        for pair in sorted(tables)
    )
    found = connection.exec_driver_sql(" UNION ALL ".join(parts))
    return {row.pair: row.cells for row in found}


def still_have(connection: Connection, months: Iterable[int]) -> list[int]:
    """Those of some months, each by its first hour, of which anything has not ended. All are asked
    for at once: ClickHouse reads each row of the step to tell it of one."""
    asked = sorted(months)
    if not asked:
        return []
    among, there = (asked[0], asked[-1]), set[int]()
    for step in ("month", "hidden"):
        there |= {*values_of(connection, "first", "running", f"step = '{step}'", among)}
    return [month for month in asked if month in there]


def rows_of(
    connection: Connection, closing: Closing, tables: Collection[int]
) -> dict[int, dict[Cell, tuple[int, ...]]]:
    """By table: what is to be taken."""
    found: dict[int, dict[Cell, tuple[int, ...]]] = {pair: {} for pair in tables}
    rows = connection.exec_driver_sql(
        f"SELECT pair, value, other, {SUMS} FROM running WHERE {closing.taken}"
        f" AND pair IN {_listed(tables)} AND {closing.and_where} GROUP BY pair, value, other"
    )
    for pair, value, other, *amounts in rows:
        found[pair][value, other] = tuple(amounts)
    return found


def counts_of(
    connection: Connection, closing: Closing, tables: Collection[int]
) -> dict[int, dict[Cell, int]]:
    """By table: how often each cell was counted in the day or the month, before it is taken."""
    found: dict[int, dict[Cell, int]] = {pair: {} for pair in tables}
    if not tables:
        return found
    parts = [
        f"running WHERE {where} AND pair IN {_listed(tables)}"
        for where in (f"{closing.taken} AND {closing.and_where}", closing.open)
        if where
    ]
    if closing.month:
        parts.append(f"counters WHERE {_days(closing, tables)}")
    sums = ", ".join(f"sum({name})" for name in COUNTS)
    told = f"SELECT pair, value, other, {', '.join(COUNTS)} FROM "
    of_all = f"({' UNION ALL '.join(told + part for part in parts)}) AS parts"
    rows = connection.exec_driver_sql(
        f"SELECT pair, value, other, {sums} FROM {of_all if parts[1:] else parts[0]}"
        " GROUP BY pair, value, other"
    )
    for pair, value, other, *counts in rows:
        found[pair][value, other] = counts[COUNTS.index(TABLES[pair].count)]
    return found


def told_before(
    connection: Connection, closing: Closing, tables: Collection[int]
) -> dict[int, set[Cell]]:
    """By table: the cells that were told of the days of the month."""
    query = f"SELECT DISTINCT pair, value, other FROM counters WHERE {_days(closing, tables)}"
    return _cells(connection, query if closing.month else "", tables)


def hidden_of(
    connection: Connection, closing: Closing, tables: Collection[int]
) -> dict[int, set[Cell]]:
    """By table: the cells that a day folded though they are not small: they hide others there for
    good."""
    first = closing.month.start if closing.month else 0
    query = (
        f"SELECT pair, value, other FROM running WHERE step = 'hidden' AND first = {first}"
        f" AND pair IN {_listed(tables)}"
    )
    return _cells(connection, query if closing.month else "", tables)


def visits_by_value(
    connection: Connection, closing: Closing, tables: Collection[int]
) -> dict[int, dict[int, int]]:
    """By table, each that of one dimension: how many visits each value had."""
    found: dict[int, dict[int, int]] = {pair: {} for pair in tables}
    if not tables:
        return found
    if not closing.month:
        counted = counts_of(connection, closing, tables)
        return {pair: {value: n for (value, _), n in of.items()} for pair, of in counted.items()}
    parts = [
        f"SELECT pair, value, visits AS n FROM counters WHERE {_days(closing, tables)}",
        f"SELECT pair, value, times FROM rare WHERE pair IN {_listed(tables)}"
        " AND step IN ('day', 'week')"
        f" AND first >= {closing.month.start} AND first < {closing.month.stop}",
    ]
    if closing.open:
        still = f"{closing.open} AND pair IN {_listed(tables)}"
        parts.append(f"SELECT pair, value, visits FROM running WHERE {still}")
    rows = connection.exec_driver_sql(
        f"SELECT pair, value, sum(n) FROM ({' UNION ALL '.join(parts)}) AS parts"
        " GROUP BY pair, value"
    )
    for pair, value, visits in rows:
        found[pair][value] = visits
    return found


def _cells(connection: Connection, query: str, tables: Collection[int]) -> dict[int, set[Cell]]:
    found: dict[int, set[Cell]] = {pair: set() for pair in tables}
    for pair, value, other in connection.exec_driver_sql(query) if query and tables else ():
        found[pair].add((value, other))
    return found


def _days(closing: Closing, tables: Collection[int]) -> str:
    month = closing.month or range(0)
    return (
        f"pair IN {_listed(tables)} AND step = 'day'"
        f" AND first >= {month.start} AND first < {month.stop}"
    )


def _listed(tables: Collection[int]) -> str:
    return f"({', '.join(map(str, sorted(tables))) or 'NULL'})"
