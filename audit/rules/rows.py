"""Findings about single rows (P1, P11): what was typed and nothing else, dated when it came, and
numbered at random."""

from __future__ import annotations

import datetime
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from analytics.staff.access_log import READINGS
from audit.observations import Journey, Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from audit.stored import Sent, Stored, Table
from policy import register
from policy.forms import FORM_TABLES

__all__ = ["alike", "findings"]

SOON_SECONDS = 120
"""Between what a visitor does and what is written of it."""

AHEAD = ("ends_on", "claimed_until", "month", "over")
"""Columns that say when something will be over: in a year or so at most."""

A_YEAR_SECONDS = 400 * 86_400

ACCESS_LOG, CONTACT_PAGES, OK = "access_log", "/staff/contacts/", 200

ID = "id"
FEWEST_LETTERS = 16
NO_CHANCE, NO_CHANCE_OF_ANY = 28, 40
"""So many bits at one end that all numbers have alike, or that any two have, are no chance."""

Row = Mapping[str, object]


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every row that holds, or tells, more than its columns say."""
    for journey in observed.journeys:
        for stored in journey.kept:
            for table in stored.tables:
                for finding in (
                    *_answers(declared, journey, table),
                    *_later_than_now(declared, stored, table),
                ):
                    yield at(finding, journey)
        for finding in (
            *_numbered_again(journey),
            *_changed(declared, journey),
            *_not_written_down(declared, journey),
        ):
            yield at(finding, journey)
    yield from _not_random(declared, observed)


def _entry(declared: Declared, table: Table) -> register.Table | None:
    found = (
        each
        for each in declared.register.tables
        if (str(each.database), each.name) == (table.database, table.name)
    )
    return next(found, None)


def _answers(declared: Declared, journey: Journey, table: Table) -> Iterator[Finding]:
    entry = _entry(declared, table)
    if entry is None or table.name not in FORM_TABLES:
        return
    asked = [column.name for column in entry.columns if column.given_by == "visitor"]
    for row in table.cells():
        same = [each for each in journey.sent if row.get("form", each.form) == each.form]
        wrong = min(([*_otherwise(asked, row, each)] for each in same), key=len, default=asked)
        for name in wrong:
            message = f"{table.name} keeps in {name} what nobody answered there"
            mend = "store what was typed, or nothing"
            origin = declared.origin("table", table.name, name)
            subject = f"{table.name}.{name}"
            yield Finding("stored otherwise", subject, message, "P1", mend, origin=origin)
        days = {day for each in same for day in _days(declared, each)}
        if entry.dated_by in row and row[entry.dated_by] not in days:
            message = f"{table.name} keeps a row under a day on which nothing was sent"
            yield _dated(declared, entry.name, entry.dated_by, message)


def _otherwise(asked: Iterable[str], row: Row, sent: Sent) -> Iterator[str]:
    """The columns that do not hold what was answered."""
    answers = dict(sent.answers)
    for name in asked:
        if name in row and (row[name] or "") != answers.get(name, ""):
            yield name


def _days(declared: Declared, sent: Sent) -> set[str]:
    """On which it was sent, as the site counts days."""
    return {_day(declared, sent.at), _day(declared, sent.at + SOON_SECONDS)}


def _day(declared: Declared, seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, declared.zone).date().isoformat()


def _later_than_now(declared: Declared, stored: Stored, table: Table) -> Iterator[Finding]:
    entry = _entry(declared, table)
    kinds = {column.name: column.type for column in entry.columns} if entry else {}
    for name, value in table.latest:
        now = stored.now + (A_YEAR_SECONDS if name in AHEAD else SOON_SECONDS)
        most = {"date": _day(declared, now), "hour": int(now // 3_600), "second": int(now)}
        limit = most[kinds[name]]
        # Of two kinds, it is not what it is declared to be, and SQLite keeps it all the same.
        if type(value) is not type(limit) or value > limit:  # type: ignore[operator]  # alike
            message = f"{table.name} keeps in {name} a time that has not come"
            yield _dated(declared, table.name, name, message)


def _dated(declared: Declared, table: str, column: str, message: str) -> Finding:
    mend = "date a row with when it came, in the unit that is declared"
    origin = declared.origin("table", table, column)
    subject = f"{table}.{column}"
    return Finding("dated otherwise", subject, message, "P11", mend, origin=origin)


def _changed(declared: Declared, journey: Journey) -> Iterator[Finding]:
    """A row that somebody gave stays as it is, or goes, while nobody does anything."""
    for before, after in pairwise(journey.kept):
        was = dict(_given(declared, before)) if after.only_time else {}
        for place, row in _given(declared, after):
            for column in row if place in was else ():
                if row[column] != was[place][column]:
                    message = f"{place[0]} changes {column} by itself, as time passes"
                    yield _dated(declared, place[0], column, message)


def _given(declared: Declared, stored: Stored) -> Iterator[tuple[tuple[str, ...], Row]]:
    """Each row that a visitor or staff brought about, by its table and key."""
    for table in stored.tables:
        entry = _entry(declared, table)
        if entry and any(column.given_by != "service" for column in entry.columns):
            for row in table.cells():
                yield (table.name, *(str(row.get(name)) for name in entry.key)), row


def _not_written_down(declared: Declared, journey: Journey) -> Iterator[Finding]:
    """Looks of staff at what people sent, of which each has a row."""
    looks = sum(
        (answer.method, answer.status) == ("GET", OK) and answer.path.startswith(CONTACT_PAGES)
        for snapshot in journey.snapshots
        for answer in snapshot.answers
    )
    # They stay for their time, which some journeys let pass.
    written = max((_readings(stored) for stored in journey.kept), default=0)
    if written < looks:
        message = f"what people sent was looked at {looks} times, and {written} are written down"
        mend = "write each reading to the access log, before the page"
        origin = declared.origin("table", ACCESS_LOG)
        yield Finding("look not written down", ACCESS_LOG, message, "P8", mend, origin=origin)


def _readings(stored: Stored) -> int:
    rows = (row for table in stored.tables if table.name == ACCESS_LOG for row in table.cells())
    return sum(row.get("action") in READINGS for row in rows)


def _numbered_again(journey: Journey) -> Iterator[Finding]:
    """Who was erased and comes again is somebody else."""
    erased = {each for stored in journey.looks if stored.then_erased for each in _numbers(stored)}
    now = set(_numbers(journey.stored)) if journey.stored else set()
    for table, _ in sorted(erased & now):
        message = f"{table} gives who was erased the same number again"
        yield _number(table, message)


def _numbers(stored: Stored) -> Iterator[tuple[str, str]]:
    for table in stored.tables:
        if table.name in FORM_TABLES:
            yield from ((table.name, str(row[ID])) for row in table.cells() if ID in row)


def _not_random(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Numbers that stand for rows, of one service and of all: each has databases of its own."""
    everywhere: dict[str, list[str]] = {}
    for journey in observed.journeys:
        here: dict[str, set[str]] = {}
        for stored in journey.kept:
            for table in stored.tables:
                entry = _entry(declared, table)
                if entry and entry.key == (ID,):
                    found = here.setdefault(table.name, set())
                    found.update(str(row[ID]) for row in table.cells() if ID in row)
        for name, drawn in here.items():
            everywhere.setdefault(name, []).extend(drawn)
            if what := alike(list(drawn)):
                yield at(_number(name, f"rows of {name} have {what}"), journey)
    for name, numbers in everywhere.items():
        if what := alike(numbers):
            yield _number(name, f"rows of {name} have {what}")


def alike(numbers: list[str]) -> str:
    """What numbers share that are said to be random; empty where they do not."""
    if any(len(each) < FEWEST_LETTERS for each in numbers):
        return "numbers that are too short to be random"
    if len(set(numbers)) < len(numbers):
        return "a number that another service gave as well"
    bits = 4 if set("".join(numbers)) <= set(string.hexdigits) else 6
    for words, ways in (("begin", numbers), ("end", [each[::-1] for each in numbers])):
        of_all = _begin(ways) * (len(ways) - 1)
        of_two = max((_begin(pair) for pair in pairwise(sorted(ways))), default=0)
        if of_all * bits >= NO_CHANCE or of_two * bits >= NO_CHANCE_OF_ANY:
            return f"numbers that {words} alike"
    return ""


def _begin(numbers: Sequence[str]) -> int:
    """How many letters they begin with alike."""
    columns = zip(*numbers, strict=False)
    return sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, columns))


def _number(table: str, message: str) -> Finding:
    mend = "draw it at random, of nothing that the row is about"
    return Finding("number not random", f"{table}.{ID}", message, "P11", mend)
