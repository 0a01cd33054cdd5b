"""What Plainsite's counters hold of a history.

Each different day is counted and closed by the store itself, all its hits in one commit. Two years
are put together of these: what a day told stands on each of its days, and what it folded is added
to its month, which the store then closes; months of one length are alike, so that is done once for
each length. The running month and the last two days are left as they run. Where a day has too few
visits to be told by itself, all days are counted one by one.
"""

from __future__ import annotations

import datetime
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC
from multiprocessing import get_context
from pathlib import Path

from analytics.visits import state as states
from analytics.visits.model import MEASURES, Dimension
from analytics.visits.store.addition import Addition
from analytics.visits.store.calendar import Calendar
from analytics.visits.store.cells import number_of
from analytics.visits.store.sqlite import Counters
from bench.histories.visits import DAYS, DIFFERENT, FIRST, SECONDS_A_VIEW, Days, Visit, page, source
from policy import read_site
from policy.campaigns import NO_CAMPAIGN
from policy.referrers import DIRECT

__all__ = ["FIRST_HOUR", "LAST_HOUR", "made", "opened", "source_name"]

ROOT = Path(__file__).resolve().parents[2]
DAY_ZERO = datetime.date(1970, 1, 1)
FIRST_HOUR = 24 * (FIRST - DAY_ZERO).days
LAST_HOUR = FIRST_HOUR + 24 * DAYS - 1
CALENDAR = Calendar(UTC)
SUMMED = ", ".join(f"sum({name} * times_)" for name in MEASURES)


def source_name(number: int) -> str:
    """What the counters call a source."""
    return source(number) or DIRECT


def _channel(name: str) -> str:
    return name if name == DIRECT else f"channel {sum(map(ord, name)) % 4}"


def opened(path: Path) -> Counters:
    """The counters in a file."""
    return Counters(path, read_site(ROOT).register, zone=UTC)


def _language(number: int) -> str:
    return "es" if number % 10 == 0 else "en"


def hits(visits: Iterable[Visit], day: int) -> Iterator[Addition]:
    """What visits add, on the day that begins in the hour `day`: a view and its time, for each."""
    for visit in visits:
        state, before, entry = None, "", visit.views[0].page
        more = (
            (Dimension.BROWSER_VERSION, f"{visit.browser} {visit.version}"),
            (Dimension.SYSTEM_VERSION, f"{visit.system} {visit.version % 4}"),
            (Dimension.SCREEN, visit.screen),
            (Dimension.LANGUAGE, visit.language),
            (Dimension.PAGE_LANGUAGE, _language(entry)),
        )
        agent = states.Agent(visit.browser, visit.system, visit.device, more)
        name, campaign = source_name(visit.source), visit.campaign or NO_CAMPAIGN
        for number, each in enumerate(visit.views):
            seconds = 3_600 * day + visit.second + SECONDS_A_VIEW * number
            here = page(each.page)
            opens = states.View(
                seconds, here, page(entry), name, agent, campaign=campaign, after=before
            )
            counted = states.view(state, opens, _channel)
            yield Addition(seconds // 3_600, counted.began, counted.increments, None)
            told = states.Told(deep=(0, each.deep))
            used = states.Engaged(seconds, here, each.ms, agent, told=told)
            of_time = states.engage(counted.state, used, _channel)
            yield Addition(seconds // 3_600, counted.began, of_time.increments, None)
            state, before = counted.state, here


def _count(store: Counters, visits: Iterable[Visit], day: int) -> None:
    taken = [*hits(visits, day)]
    store.write(lambda connection: store._adding.add(connection, taken))


def _close(store: Counters, now: int) -> None:
    while store.coarsen(now):
        pass


def made(path: Path, days: Days) -> None:
    """Write the counters of a history."""
    with closing(opened(path)) as store:
        least = store._least
    if len(days.different[0]) < 2 * least:
        return _one_by_one(path, days)
    given = [(path.with_suffix(f".{at}"), visits) for at, visits in enumerate(days.different)]
    with get_context("spawn").Pool(2) as pool:
        pool.starmap(_day, given, chunksize=1)
    return _together(path, days)


def _day(path: Path, visits: Sequence[Visit]) -> None:
    with closing(opened(path)) as store:
        _count(store, visits, FIRST_HOUR)
        before, began = time.process_time(), time.perf_counter()
        _close(store, FIRST_HOUR + 48)
        took = time.process_time() - before
    check(path, visits)
    views = sum(len(visit.views) for visit in visits)
    print(
        f"  a day of {views:,} views closed in {time.perf_counter() - began:.1f} s"
        f" (processor {took:.1f})",
        flush=True,
    )


def _one_by_one(path: Path, days: Days) -> None:
    with closing(opened(path)) as store:
        for number, (_, which) in enumerate(days.dates()):
            day = FIRST_HOUR + 24 * number
            _count(store, days.different[which], day)
            _close(store, day + 23)


def _together(path: Path, days: Days) -> None:
    months: dict[int, list[int]] = {}
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA synchronous = OFF")
        for number in range(DIFFERENT):
            new.execute(f"ATTACH '{path.with_suffix(f'.{number}')}' AS day{number}")
            new.execute(
                f"INSERT OR IGNORE INTO names SELECT dimension, name, number, {LAST_HOUR + 1}"
                f" FROM day{number}.names"
            )
        for number, (_, which) in enumerate(days.dates()):
            day = FIRST_HOUR + 24 * number
            if number < DAYS - 2:  # The last two still run.
                months.setdefault(CALENDAR.month(day), []).append(which)
                _put_day(new, day, which)
        new.commit()
        _put_months(new, path, months)
    with closing(opened(path)) as store:
        for number, (_, which) in [*enumerate(days.dates())][-2:]:
            _count(store, days.different[which], FIRST_HOUR + 24 * number)
        store.rewrite()


def _put_day(new: sqlite3.Connection, day: int, which: int) -> None:
    for table, columns in (
        ("counters", f"pair, step, {day}, value, other, {', '.join(MEASURES)}"),
        ("rare", f"pair, step, {day}, value, times"),
        ("totals", f"hour + {day - FIRST_HOUR}, {', '.join(MEASURES)}"),
    ):
        new.execute(f"INSERT INTO {table} SELECT {columns} FROM day{which}.{table}")


def _put_months(new: sqlite3.Connection, path: Path, months: dict[int, list[int]]) -> None:
    closed: dict[tuple[int, ...], int] = {}
    last = max(months)
    for first, those in sorted(months.items()):
        alike = tuple(those)
        if alike in closed:
            _copy_month(new, closed[alike], first)
            new.commit()
            continue
        for which, times in sorted(Counter(those).items()):
            new.execute(
                f"INSERT INTO running SELECT step, {first}, pair, value, other,"
                f" {', '.join(f'{name} * {times}' for name in MEASURES)}"
                f" FROM day{which}.running WHERE true ON CONFLICT DO UPDATE SET"
                f" {', '.join(f'{name} = {name} + excluded.{name}' for name in MEASURES)}"
            )
        new.commit()
        if first < last:
            before = time.process_time()
            with closing(opened(path)) as store:
                _close(store, CALENDAR.after_month(first) + 24)
            took = time.process_time() - before
            print(f"  a month of {len(those)} days closed (processor {took:.1f} s)", flush=True)
            closed[alike] = first


def _copy_month(new: sqlite3.Connection, of: int, first: int) -> None:
    for table, columns in (
        ("counters", f"pair, step, {first}, value, other, {', '.join(MEASURES)}"),
        ("rare", f"pair, step, {first}, value, times"),
    ):
        new.execute(
            f"INSERT INTO {table} SELECT {columns} FROM {table}"
            f" WHERE step = 'month' AND first = {of}"
        )


SIDES = {
    Dimension.PAGE: lambda visit: [page(each.page) for each in visit.views],
    Dimension.ENTRY: lambda visit: [page(visit.views[0].page)],
    Dimension.DEVICE: lambda visit: [visit.device],
}


def check(path: Path, visits: Iterable[Visit]) -> None:
    """Fail where a day tells anything but what was counted on it, or folds what it must not."""
    with closing(sqlite3.connect(path)) as connection:
        numbers = dict(connection.execute("SELECT dimension || ' ' || name, number FROM names"))
        for one, of in SIDES.items():
            alone, with_source = Counter(), Counter()
            measure = "views" if one == Dimension.PAGE else "visits"
            for visit in visits:
                for name in of(visit):
                    value = numbers[f"{one} {name}"]
                    alone[value] += 1
                    by = numbers[f"{Dimension.SOURCE} {source_name(visit.source)}"]
                    with_source[(value, by) if one != Dimension.DEVICE else (by, value)] += 1
            told = dict(
                connection.execute(
                    f"SELECT value, {measure} FROM counters WHERE pair = {number_of(one)}"
                    f" UNION ALL SELECT value, times FROM rare WHERE pair = {number_of(one)}"
                )
            )
            assert told == alone, one
            pair = sorted((one, Dimension.SOURCE), key=number_of)
            for value, other, count in connection.execute(
                f"SELECT value, other, {measure} FROM counters WHERE pair = {number_of(*pair)}"
            ):
                assert with_source[value, other] == count, (one, value, other, count)
