"""The counters' file: its size, and how long reports take, from ten thousand views to ten million.

    python bench/store.py [VIEWS...]

Two years of views of 10,000 pages are written in bulk, as the store keeps them once retention has
run: by day and by month, with the running month and the last two days by hour. What has ended is
folded each table by itself, which keeps more rows than the store does: that folds linked tables
together. What a filter leaves of the last two days and the running month is folded when it is asked
for the first time; the best time of three is one that remembers it. Beside it stands the schema of
before (hour, dimension, name) with the same views, and the same sums.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.model import LISTED, MEASURES, Dimension, Increment  # noqa: E402  (the path comes first)
from analytics.visits.store.calendar import Calendar  # noqa: E402  (as above)
from analytics.visits.store.cells import TABLES, added_by  # noqa: E402  (as above)
from analytics.visits.store.folding import kept_alone  # noqa: E402  (as above)
from analytics.visits.store.linked_folding import Linked, kept_linked  # noqa: E402  (as above)
from analytics.visits.store.names import number_for  # noqa: E402  (as above)
from analytics.visits.store.query import Query  # noqa: E402  (as above)
from analytics.visits.store.sqlite import Counters  # noqa: E402  (as above)
from policy import read_site  # noqa: E402  (as above)

PAGES, DAYS, LEAST = 10_000, 730, 10
DIFFERENT = 8
"""So many days are made, and come again and again: else ten million views take an hour."""

FIRST = 24 * 20_454  # 2026-01-01
CALENDAR = Calendar(UTC)
SHARES = {
    Dimension.SOURCE: 60,
    Dimension.CHANNEL: 8,
    Dimension.CAMPAIGN: 6,
    Dimension.BROWSER: 12,
    Dimension.SYSTEM: 8,
    Dimension.DEVICE: 4,
}
"""How many values each dimension has; the first are frequent, as Zipf has it."""


def zipf(many: int) -> tuple[list[str], list[float]]:
    return [f"/value {n}/" for n in range(many)], [*accumulate(1 / (n + 1) for n in range(many))]


POPULATIONS = {each: zipf(many) for each, many in {Dimension.ENTRY: PAGES, **SHARES}.items()}
Cells = dict[int, Counter[tuple[str, str]]]


def hit(chance: random.Random) -> Iterator[Increment]:
    measured = {"visits": 1, "views": 1, "continued": 0, "engaged_ms": 30_000}
    for dimension, (values, weights) in POPULATIONS.items():
        (cell,) = chance.choices(values, cum_weights=weights)
        yield Increment(dimension, cell, **measured)
        if dimension == Dimension.ENTRY:
            yield Increment(Dimension.PAGE, cell, views=1, engaged_ms=30_000)


FACTORS = {"visits": 1, "views": 1, "engaged_ms": 30_000}


def amounts(pair: int, count: int) -> tuple[int, ...]:
    measures = TABLES[pair].measures
    return tuple(count * FACTORS.get(name, 0) if name in measures else 0 for name in MEASURES)


class Bulk:
    """Writes both files."""

    def __init__(self, new: sqlite3.Connection, old: sqlite3.Connection | None) -> None:
        self.new, self.old = new, old
        """`old` may be None: then nothing is written of the schema of before."""

        self._named: dict[tuple[str, str], int] = {}

    def number(self, dimension: Dimension | None, name: str) -> int:
        if dimension is None:
            return 0
        key = str(dimension), name
        if key not in self._named:
            self._named[key] = number_for(dimension, name)
        return self._named[key]

    def cells(
        self,
        table: str,
        step: str,
        first: int,
        pair: int,
        counts: Iterable[tuple[tuple[str, str], int]],
    ) -> None:
        of = TABLES[pair]
        keys = "pair, step, first" if table == "counters" else "step, first, pair"
        front = (pair, step, first) if table == "counters" else (step, first, pair)
        rows = [
            (*front, self.number(of.one, one), self.number(of.other, other), *amounts(pair, count))
            for (one, other), count in counts
        ]
        self.new.executemany(
            f"INSERT INTO {table} ({keys}, value, other, {', '.join(MEASURES)})"
            f" VALUES (?, ?, ?, ?, ?{', ?' * len(MEASURES)})",
            sorted(rows),
        )

    def rare(self, step: str, first: int, pair: int, counts: Counter[tuple[str, str]]) -> None:
        one = TABLES[pair].one
        rows = [(pair, step, first, self.number(one, a), n) for (a, _), n in counts.items()]
        self.new.executemany("INSERT INTO rare VALUES (?, ?, ?, ?, ?)", sorted(rows))

    def hour(self, hour: int, views: int, cells: Cells) -> None:
        self.new.execute(
            "INSERT INTO totals VALUES (?, ?, ?, 0, ?, 0)", (hour, views, views, 30_000 * views)
        )
        if self.old is None:
            return
        rows = [(hour, "all", "", views, views, 0, 30_000 * views)]
        for pair, counts in cells.items():
            if TABLES[pair].other is None:
                name = str(TABLES[pair].one)
                rows += [(hour, name, a, *amounts(pair, n)[:4]) for (a, _), n in counts.items()]
        self.old.executemany("INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?, ?)", sorted(rows))

    def names(self) -> None:
        rows = [(d, n, number, FIRST + 24 * 1_000) for (d, n), number in self._named.items()]
        self.new.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", sorted(rows))


def told(pair: int, counts: Counter[tuple[str, str]]) -> set[tuple[str, str]]:
    if TABLES[pair].other is None:
        kept = kept_alone({a: n for (a, _), n in counts.items()}, LEAST)  # type: ignore[misc]  # any key
        return {cell for cell in counts if cell[0] in kept}
    at = ("one", "other")
    return kept_linked(Linked({at: counts}), LEAST)[at]  # type: ignore[dict-item, return-value]  # any key


@dataclass(frozen=True)
class Day:
    """What is counted on a day: by hour how many views, and their cells; all of these; and what is
    told of them."""

    hours: Mapping[int, tuple[int, Cells]]
    cells: Cells
    told: Mapping[int, set[tuple[str, str]]]


def made(chance: random.Random, views: int) -> Day:
    hours, all_cells = {}, defaultdict(Counter)
    by_hour = Counter(chance.choices(range(24), k=views))
    for hour, many in sorted(by_hour.items()):
        cells: Cells = defaultdict(Counter)
        for _ in range(many):
            increments = [*hit(chance)]
            names = [*(each.cell for each in increments), ""]  # The last is that of none.
            for alike, _ in added_by(increments):
                for pair, one, other in alike.tables:
                    cells[pair][names[one], names[other]] += 1
        hours[hour] = many, cells
        for pair, counts in cells.items():
            all_cells[pair].update(counts)
    return Day(hours, all_cells, {pair: told(pair, of) for pair, of in all_cells.items()})


@dataclass(frozen=True)
class Prepared:
    """The rows of a day that has ended, but for its beginning; and what goes to its month."""

    counters: Sequence[tuple[int, ...]]
    rare: Sequence[tuple[int, ...]]
    rest: Cells


def prepared(bulk: Bulk, day: Day) -> Prepared:
    rows, rare = [], []
    rest: Cells = defaultdict(Counter)
    for pair, counts in day.cells.items():
        of, kept = TABLES[pair], day.told[pair]
        for (one, other), count in counts.items():
            value, second = bulk.number(of.one, one), bulk.number(of.other, other)
            if (one, other) in kept:
                rows.append((pair, value, second, *amounts(pair, count)))
                continue
            rest[pair][one, other] = count
            if of.other is None:
                rare.append((pair, value, count))
    return Prepared(sorted(rows), sorted(rare), rest)


def fill(bulk: Bulk, views: int) -> None:
    """Each month has the same rest: that of as many days, each of the different ones as often."""
    chance, now = random.Random(1), FIRST + 24 * DAYS
    days = [made(chance, views // DAYS) for _ in range(DIFFERENT)]
    ready = [prepared(bulk, day) for day in days]
    marks = ", ".join("?" for _ in MEASURES)
    for number in range(DAYS):
        day, of = FIRST + 24 * number, number % DIFFERENT
        runs = day >= now - 48
        for hour, (many, cells) in days[of].hours.items():
            bulk.hour(day + hour, many, cells)
            for pair, counts in cells.items() if runs else ():
                bulk.cells("running", "hour", day + hour, pair, counts.items())
        if not runs:
            bulk.new.executemany(
                f"INSERT INTO counters (pair, step, first, value, other, {', '.join(MEASURES)})"
                f" VALUES (?, 'day', {day}, ?, ?, {marks})",
                ready[of].counters,
            )
            bulk.new.executemany(f"INSERT INTO rare VALUES (?, 'day', {day}, ?, ?)", ready[of].rare)
    month: Cells = defaultdict(Counter)
    for each in ready:
        for pair, counts in each.rest.items():
            for cell, count in counts.items():
                month[pair][cell] += count * 30 // DIFFERENT
    for first in sorted({CALENDAR.month(FIRST + 24 * number) for number in range(DAYS)}):
        end_month(bulk, first, month, is_running=CALENDAR.after_month(first) > now - 48)
    bulk.names()


def end_month(bulk: Bulk, first: int, cells: Cells, *, is_running: bool) -> None:
    """What is not rare in it is told: more than the store tells, which folds linked tables."""
    for pair, counts in sorted(cells.items()):
        if is_running:
            bulk.cells("running", "month", first, pair, counts.items())
            continue
        kept = [(cell, count) for cell, count in counts.items() if count >= LEAST]
        bulk.cells("counters", "month", first, pair, kept)
        if TABLES[pair].other is None:
            rest = Counter({cell: count for cell, count in counts.items() if count < LEAST})
            bulk.rare("month", first, pair, rest)


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1_000 * min(times)


def measure(views: int) -> None:
    """Print one line for each question."""
    register = read_site(ROOT).register
    with TemporaryDirectory(dir=ROOT) as folder:
        path, before = Path(folder) / "counters.sqlite3", Path(folder) / "before.sqlite3"
        with closing(Counters(path, register)):
            pass
        with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(before)) as old:
            old.execute(
                "CREATE TABLE counters (hour BIGINT, dimension TEXT, cell TEXT, visits BIGINT,"
                " views BIGINT, continued BIGINT, engaged_ms BIGINT,"
                " PRIMARY KEY (hour, dimension, cell)) WITHOUT ROWID"
            )
            fill(Bulk(new, old), views)
            new.commit(), old.commit()
            sizes = [each.stat().st_size / 1e6 for each in (path, before)]
            print(
                f"{views:>11,} views  {sizes[0]:8.1f} MB   before {sizes[1]:8.1f} MB without pairs"
            )
            with closing(Counters(path, register)) as counters:
                ask(counters, old)


def ask(counters: Counters, old: sqlite3.Connection) -> None:
    last = FIRST + 24 * DAYS - 1
    kinds = [each for each in LISTED if each in {*SHARES, Dimension.PAGE, Dimension.ENTRY}]
    for words, days in (("30 days", 30), ("12 months", 365), ("two years", DAYS)):
        first = last + 1 - 24 * days

        def report(first: int = first, **filters: tuple[tuple[Dimension, str], ...]) -> None:
            for kind in (Dimension.ALL, *kinds):
                counters.rows(Query(first=first, last=last, dimension=kind, limit=100, **filters))

        def of_before(first: int = first) -> None:
            for kind in ("all", *kinds):
                old.execute(
                    "SELECT cell, sum(visits), sum(views), sum(continued), sum(engaged_ms)"
                    " FROM counters WHERE dimension = ? AND hour BETWEEN ? AND ? GROUP BY cell"
                    " ORDER BY 3 DESC LIMIT 100",
                    (str(kind), first, last),
                ).fetchall()

        plain, then = best(report), best(of_before)
        chosen = ((Dimension.SOURCE, "/value 3/"),)
        filtered = best(lambda report=report, chosen=chosen: report(filters=chosen))
        by_page = ((Dimension.ENTRY, "/value 3/"),)
        paged = best(lambda report=report, by_page=by_page: report(filters=by_page))
        print(
            f"    {words:10} {plain:8.0f} ms   before {then:8.0f} ms ({then / plain:5.1f} times)"
            f"   by source {filtered:6.0f} ms   by entry {paged:6.0f} ms"
        )


if __name__ == "__main__":
    for views in map(int, sys.argv[1:] or ("10000", "100000", "1000000", "10000000")):
        measure(views)
