"""Exports -> days and cells as they are kept. Files are read once, row by row, and nothing of a
row is held but what it adds to a day.

Days with fewer visits than the least are told apart no more: what was counted of a value on them
goes to their week, that of such weeks to their month, and is given up where that has too few too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from pathlib import Path

from analytics.imports.files import files_of
from analytics.imports.layouts import Reader, Seen, Sum, Told, Value, Wanted, Whole
from analytics.imports.naming import Names
from analytics.imports.sheets import Line, Sheet, sheets_of
from analytics.imports.tools import TOOLS, others
from analytics.visits.model import Dimension
from analytics.visits.store.imported import Cell, Day, Step
from policy import Fault, Faults
from policy.failures import Refusal

__all__ = ["MOST_FAULTS", "Taken", "Window", "take"]

MOST_FAULTS = 20
LEAST_PERCENT = 90
"""Of its total, that the rows of a table have: sums of a tool may be estimates."""


@dataclass(frozen=True)
class Window:
    """The days that are taken: from `first` to `last`, without those that are `own`. `kept_from` is
    the first of which figures are still kept, `today` is not over."""

    first: date
    last: date
    kept_from: date
    today: date
    own: Collection[date] = frozenset()

    def why_not(self, day: date) -> str:
        """Why a day is left out; empty where it is taken."""
        if day >= self.today:
            return "that are not over yet, or still to come"
        if day < self.kept_from:
            return f"before {self.kept_from}, of which no figures are kept any more"
        if not self.first <= day <= self.last:
            return "that --from and --to leave out"
        return "that were counted here: our own figures stand" if day in self.own else ""


@dataclass
class Taken:
    """What was read: by day, and by day, dimension and value. `left_days` are the days that were
    not taken, by why; `left` is how often anything else was not, by what it is; `files` how many
    rows of each were read, with what it is about or why it was not taken."""

    days: dict[date, tuple[int, int]] = field(default_factory=dict)
    values: Counter[tuple[date, Dimension, str]] = field(default_factory=Counter)
    left_days: dict[str, set[date]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    files: list[tuple[str, str]] = field(default_factory=list)

    def kept_days(self) -> list[Day]:
        """What is kept of the whole site."""
        return [Day(day, *amounts) for day, amounts in sorted(self.days.items())]

    def kept_cells(self, least: int) -> Iterator[Cell]:
        """What is kept of each value, by the days, weeks and months that have the least visits."""
        steps = _steps({day: visits for day, (visits, _) in self.days.items()}, least)
        sums: Counter[tuple[Step, date, Dimension, str]] = Counter()
        for (day, dimension, value), times in self.values.items():
            if day in steps:
                sums[(*steps[day], dimension, value)] += times
        for (step, first, dimension, value), times in sums.items():
            if times:
                yield Cell(step, first, dimension, value, times)


def _steps(visits: Mapping[date, int], least: int) -> Mapping[date, tuple[Step, date]]:
    """The step that each day is told in; those that are told in none are not there."""
    found: dict[date, tuple[Step, date]] = {}
    steps: tuple[Step, ...] = ("day", "week", "month")
    waiting = set(visits)
    for step in steps:
        sums: Counter[date] = Counter()
        for day in waiting:
            sums[_begin(step, day)] += visits[day]
        told = {day for day in waiting if sums[_begin(step, day)] >= least}
        found |= {day: (step, _begin(step, day)) for day in told}
        waiting -= told
    return found


def _begin(step: Step, day: date) -> date:
    if step == "day":
        return day
    month = day.replace(day=1)
    return month if step == "month" else max(month, day - timedelta(days=day.weekday()))


def take(tool: str, paths: Iterable[Path], names: Names, window: Window, zone: tzinfo) -> Taken:
    """Read all files of an export. Raises Refusal where they are none of that tool, Faults for rows
    that cannot be read, OSError."""
    taking = _Taking(tool, names, window, zone)
    paths = list(paths)
    if twice := next((each for each in paths if paths.count(each) > 1), None):
        raise Refusal(f"{twice} is named twice", "name each file once")
    for path in paths:
        with closing(files_of(path)) as files:
            for file in files:
                with closing(sheets_of(file)) as sheets:
                    for sheet in sheets:
                        taking.sheet(sheet)
    return taking.finished()


class _Taking:
    """What was read so far."""

    def __init__(self, tool: str, names: Names, window: Window, zone: tzinfo) -> None:
        self.word, self.tool = tool, TOOLS[tool]
        self.names, self.window, self.zone = names, window, zone
        self.taken = Taken()
        self.faults: list[Fault] = []
        self.readers: dict[str, Reader] = {}
        self.tables = 0
        self.read = self.total = 0
        self.table_of: dict[tuple[date, str], dict[str, tuple[int, str]]] = {}

    def sheet(self, sheet: Sheet) -> None:
        """Read a table."""
        self.tables += 1
        layout = self.tool.recognise(sheet)
        if layout is None:
            self._unknown(sheet)
        elif layout.reader is None:
            self._skip(sheet, f"{layout.about}, left out: {layout.why}")
        else:
            rows, self.read, self.total = 0, 0, 0
            wanted = Wanted(self.zone, self.window.first, self.window.last)
            reader = self.readers.setdefault(layout.about, layout.reader(wanted))
            for line in sheet.rows:
                rows += 1
                self._line(line, reader)
            what = f"{layout.about}, {rows:,} rows{self._part()}"
            self.taken.files.append((sheet.file, what))

    def _part(self) -> str:
        """How much of its total a table has, where that is too little to be all of it."""
        percent = 100 * self.read // self.total if self.total else 100
        if percent >= LEAST_PERCENT:
            return ""
        return f", which have {percent} % of their total: export all rows"

    def _unknown(self, sheet: Sheet) -> None:
        if found := others(sheet, self.word):
            word, title = found[0][0], TOOLS[found[0][0]].title
            message = f"{sheet.file} looks like an export of {title}, and not of {self.tool.title}"
            raise Refusal(message, f"say of which tool it is: build.py data import {word} FILE")
        self._skip(sheet, f"left out: it is no table of {self.tool.title}’s export that is known")

    def _skip(self, sheet: Sheet, why: str) -> None:
        for _ in sheet.rows:
            pass
        self.taken.files.append((sheet.file, why))

    def _line(self, line: Line, reader: Reader) -> None:
        try:
            for told in reader(line):
                self._told(line, told)
        except Faults as faults:
            self.faults += faults.faults
            if len(self.faults) >= MOST_FAULTS:
                raise Faults(self.faults) from None

    def _told(self, line: Line, told: Told) -> None:
        taken = self.taken
        if isinstance(told, Seen):
            taken.left[told.why] += 1
            return
        if isinstance(told, Sum):
            self.total = told.times
            return
        self.read += told.visits if isinstance(told, Whole) else told.times
        if why := self.window.why_not(told.day):
            taken.left_days.setdefault(why, set()).add(told.day)
            return
        if not told.takes_back:
            self._check_table(line, told)
        if isinstance(told, Value):
            value = self.names.of(told.dimension, told.text)
            if value is None:
                if told.dimension == Dimension.PAGE:
                    taken.left["views of addresses that are no pages of this site"] += told.times
                return
            taken.values[told.day, told.dimension, value] += told.times
            return
        if told.day in taken.days and not told.adds:
            message = f"{told.day} stands twice"
            raise Faults([line.fault(message, "remove one of the two rows, or export it again")])
        visits, views = taken.days.get(told.day, (0, 0))
        taken.days[told.day] = visits + told.visits, views + told.views

    def _check_table(self, line: Line, told: Whole | Value) -> None:
        """One table tells a thing of a day: else it would be counted twice."""
        thing, part = (told.dimension, told.part) if isinstance(told, Value) else ("", "")
        parts = self.table_of.setdefault((told.day, thing), {})
        table, _ = parts.setdefault(part, (self.tables, line.file))
        if table == self.tables and len(parts) == 1:
            return
        for other, (table, file) in parts.items():
            if table != self.tables and (other == part or not (other and part)):
                message = f"{told.day} is in {file} as well"
                hint = "name each file once, and no two that tell the same of a day"
                raise Faults([line.fault(message, hint)])

    def finished(self) -> Taken:
        """All that was read. Raises Refusal, Faults."""
        if self.faults:
            raise Faults(self.faults)
        taken = self.taken
        whole = {day for day, *_ in taken.values}
        if lost := sorted(whole - taken.days.keys()):
            message = f"no table says how many visits there were on {lost[0]}"
            raise Refusal(message, f"name all files of the export: {self.tool.export}")
        if not taken.days and not taken.left_days:
            said = "".join(f"\n{file}: {what}" for file, what in taken.files)
            message = f"no figures of {self.tool.title} are in what was named{said}"
            raise Refusal(message, f"export {self.tool.export}")
        return taken
